// Owns putting other arguments in the place of the proposed ones: a form made of the tool's schema, and beside it
// what differs. The tool itself checks them before they count.
import { useId, useState } from "react";
import type { ApprovalView } from "../../contract/approval-api.ts";
import type { StoredText } from "../../contract/artifact.ts";
import { useCaller } from "../api/caller.tsx";
import fieldStyles from "../controls/fields.module.css";
import { Failed, Loading } from "../controls/notice.tsx";
import { ReasonDialog } from "../controls/reason-dialog.tsx";
import { useArtifact } from "../controls/stored.tsx";
import { decide } from "./decide.ts";
import { Diff } from "./diff.tsx";
import { type EditField, fieldsOf, readTyped, type Typed, typedOf } from "./edit-fields.ts";
import styles from "./approvals.module.css";
import { useRules } from "./use-approvals.ts";

export interface EditDialogProps {
  readonly approval: ApprovalView;
  readonly close: () => void;
  readonly done: () => Promise<void>;
}

/** Once the arguments and the schema are there. */
export function EditDialog(props: EditDialogProps) {
  const { approval, close } = props;
  const stored = approval.edited?.arguments ?? approval.call.arguments;
  const { text, error } = useText(stored);
  const { may } = useCaller();
  const rules = useRules(may("rules.show"));
  const schema = rules.data?.agents
    .find(({ agent }) => agent === approval.requester.agent)
    ?.tools.find(
      ({ tool, version }) => tool === approval.call.tool && version === approval.call.toolVersion,
    )?.input;
  if (text !== undefined && !rules.isLoading)
    return <EditForm {...props} before={valuesIn(text)} schema={schema} />;
  return (
    <ReasonDialog open close={close} title="Edit" confirm="Approve" incomplete act={async () => {}}>
      {error === null ? <Loading what="the arguments" /> : <Failed error={error} />}
    </ReasonDialog>
  );
}

function useText(stored: StoredText) {
  const isInline = "text" in stored;
  const { data, error } = useArtifact(isInline ? "" : stored.artifact.sha256, !isInline);
  return { text: isInline ? stored.text : data, error };
}

type Values = Readonly<Record<string, unknown>>;

function valuesIn(text: string): Values {
  const value = text.trim() === "" ? {} : (JSON.parse(text) as unknown);
  return typeof value === "object" && value !== null ? (value as Values) : {};
}

interface EditFormProps extends EditDialogProps {
  readonly before: Values;
  readonly schema: Readonly<Record<string, unknown>> | undefined;
}

function EditForm({ approval, before, schema, close, done }: EditFormProps) {
  const [{ approvalId, digest, call }] = useState(approval);
  const [fields] = useState(() => fieldsOf(schema, before));
  const [typed, setTyped] = useState<Typed>(() => typedOf(fields, before));
  const { values, problems } = readTyped(fields, typed);
  const shown = (of: Values): string => JSON.stringify(of, null, 2);
  const same = shown(values) === shown(before);
  return (
    <ReasonDialog
      open
      close={close}
      size="wide"
      title={`Edit ${call.tool}`}
      confirm="Approve with these"
      incomplete={same || Object.keys(problems).length > 0}
      act={async (message) => {
        try {
          await decide(approvalId, "edit", { digest, arguments: values, message });
        } finally {
          await done();
        }
      }}
    >
      <div className={styles["editor"]}>
        <div className={styles["fields"]}>
          {fields.map((field) => (
            <Field
              key={field.name}
              field={field}
              value={typed[field.name] ?? ""}
              problem={problems[field.name]}
              change={(text) => setTyped({ ...typed, [field.name]: text })}
            />
          ))}
        </div>
        <div>
          <Diff before={shown(before)} after={shown(values)} />
        </div>
      </div>
    </ReasonDialog>
  );
}

interface FieldProps {
  readonly field: EditField;
  readonly value: string;
  readonly problem: string | undefined;
  readonly change: (text: string) => void;
}

function Field({ field, value, problem, change }: FieldProps) {
  const { label, about, required } = field;
  const id = useId();
  return (
    <div>
      <label htmlFor={id}>
        {label}
        {required ? "" : " (may be left out)"}
      </label>
      <Control field={field} id={id} value={value} problem={problem} change={change} />
      <p id={`${id}-about`} className={problem === undefined ? styles["about"] : styles["failure"]}>
        {problem ?? about}
      </p>
    </div>
  );
}

function Control({ field, id, value, problem, change }: FieldProps & { readonly id: string }) {
  const { kind, choices = [] } = field;
  const said = {
    id,
    value,
    "aria-describedby": `${id}-about`,
    "aria-invalid": problem !== undefined,
    onChange: ({ target }: { target: { value: string } }) => change(target.value),
  };
  if (kind === "choice" || kind === "yes-no") {
    const all = kind === "choice" ? choices : ["true", "false"];
    return (
      <select {...said} className={fieldStyles["select"]}>
        <option value="">–</option>
        {all.map((each) => (
          <option key={each}>{each}</option>
        ))}
      </select>
    );
  }
  if (kind === "json" || value.length > 60 || value.includes("\n"))
    return <textarea {...said} rows={Math.min(12, value.split("\n").length + 1)} />;
  const mode = kind === "number" ? "decimal" : "text";
  return <input {...said} inputMode={mode} className={fieldStyles["input"]} />;
}
