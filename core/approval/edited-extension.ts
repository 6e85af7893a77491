// Owns a person's amount on its way into the place of the one that a task asked for, when people are
// asked to extend a budget: the same budget and dimension, and another amount (R39, R98).
import type { ApprovalPackage, EditedCall } from "../../contract/approval.ts";
import type { StoredText } from "../../contract/artifact.ts";
import type { BudgetDimension } from "../../contract/budget.ts";
import { canonicalJson, digestOf } from "../digest.ts";
import { proposalDigest } from "../proposal.ts";
import { proposalOf } from "./approval-head.ts";
import type { EditCheck } from "./ballot.ts";

export interface Asked {
  readonly budget: string;
  readonly dimension: BudgetDimension;
}

/** As the arguments of the call that people decide on. */
export function extensionArguments({ budget, dimension }: Asked, amount: number) {
  return { budget, extend: { [dimension]: amount } };
}

export function checkedExtension(approval: ApprovalPackage, given: unknown): EditCheck {
  const proposed = argumentsOf(approval.call.arguments);
  const [dimension = ""] = Object.keys(proposed?.extend ?? {});
  const asked = { budget: proposed?.budget ?? "", dimension: dimension as BudgetDimension };
  const amount = amountIn(given, asked);
  if (amount === undefined) {
    const form = JSON.stringify(extensionArguments(asked, 1)).replace(
      "1}}",
      "<whole number above 0>}}",
    );
    return { refused: `only the amount can be another one: ${form}` };
  }
  const instead = extensionArguments(asked, amount);
  const argumentsDigest = digestOf(instead);
  const digest = proposalDigest({ ...proposalOf(approval), argumentsDigest });
  const { resource } = approval.call;
  const touched = resource === undefined ? {} : { resource };
  return {
    call: { arguments: { text: canonicalJson(instead) }, argumentsDigest, digest, ...touched },
  };
}

/** What a person has made of the request, or undefined where it is not this one any more. */
export function editedAmount(asked: Asked, edited: EditedCall): number | undefined {
  return amountIn(argumentsOf(edited.arguments), asked);
}

interface ExtensionArguments {
  readonly budget?: string;
  readonly extend?: Readonly<Record<string, unknown>>;
}

function argumentsOf(stored: StoredText): ExtensionArguments | undefined {
  return "text" in stored ? (JSON.parse(stored.text) as ExtensionArguments) : undefined;
}

function amountIn(given: unknown, asked: Asked): number | undefined {
  const { extend } = (given ?? {}) as ExtensionArguments;
  const amount = extend?.[asked.dimension];
  if (typeof amount !== "number" || !Number.isSafeInteger(amount) || amount < 1) return undefined;
  return digestOf(given) === digestOf(extensionArguments(asked, amount)) ? amount : undefined;
}
