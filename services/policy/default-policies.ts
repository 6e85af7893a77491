// Owns the policies that every app starts with, and the schema that policies are validated
// against. Text in a module, so that a build carries it. docs/authority.md explains both.

/** `read` runs at once, everything else waits for a person, and grants say what is possible. */
export const DEFAULT_POLICIES = `
// What a task may do at all is in its grants; these policies forbid nothing more.
@id("holdfast.propose")
permit (principal is Task, action == Action::"propose", resource);

// Every effect class but this one needs an approval.
@id("holdfast.read-runs")
permit (principal is Task, action == Action::"run", resource)
when { resource.effect == "read" };

// The author of a tool may say that it needs none...
@id("holdfast.author-waives")
permit (principal is Task, action == Action::"run", resource)
when { resource.approval == "never" };

// ...or that it always does, whatever another policy permits.
@id("holdfast.author-requires")
forbid (principal is Task, action == Action::"run", resource)
when { resource.approval == "required" };

// Whoever the rule of the approval lets decide: it knows deciders, quorum and separation of duties.
@id("holdfast.person-approves")
permit (principal is Person, action == Action::"approve", resource);

// Holding the awakeable's id is enough, except where a mistake reaches furthest.
@id("holdfast.holder-approves")
permit (principal is Holder, action == Action::"approve", resource)
unless { resource.effect == "administrative" };
`;

/** What policies can ask about. A schema of your own is this one with more of `arguments`. */
export const POLICY_SCHEMA = `
entity Agent, Tenant, Person;

// Whoever holds an approval's awakeable id and gives no name.
entity Holder;

// A task stands in its agent and its tenant: principal in Agent::"refund-desk".
entity Task in [Agent, Tenant] { agent: Agent, owner?: Person, tenant?: Tenant };

entity Tool {
  version: String,
  // read, reversible, irreversible, financial, communication, code, administrative
  effect: String,
  // What its author says: default, required, never
  approval: String,
};

action propose, run appliesTo {
  principal: Task,
  resource: Tool,
  context: {
    task: Task,
    // What the call touches, as the tool's author names it: order/1017
    target?: String,
    // Whole numbers are Long, other numbers decimal, null is absent.
    arguments: {},
    now: datetime,
    // A person has approved exactly this call.
    approved: Bool,
  },
};

action approve appliesTo {
  principal: [Person, Holder],
  resource: Tool,
  context: {
    task: Task,
    target?: String,
    arguments: {},
    now: datetime,
    requester?: Person,
    // Another person looks at it and has said so.
    claimedBy?: Person,
  },
};
`;
