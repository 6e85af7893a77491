// Owns what these tests read of Prometheus' text and of queries in it: enough to say which series a query
// is about. Prometheus' own `promtool` judges the rest (test/telemetry/alerts.test.ts).

export type Labels = Readonly<Record<string, string>>;
export interface Sample {
  readonly name: string;
  readonly labels: Labels;
}

export function samplesIn(text: string): readonly Sample[] {
  return text.split("\n").flatMap((line) => {
    const [, name, labels = ""] = /^([a-z_]\w*)(?:\{(.*)\})? /.exec(line) ?? [];
    return name === undefined ? [] : [{ name, labels: labelsIn(labels) }];
  });
}

function labelsIn(text: string): Labels {
  const pairs = [...text.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)];
  return Object.fromEntries(pairs.map(([, label = "", value = ""]) => [label, value]));
}

/** One name in a query, with its conditions. */
export interface Selector {
  readonly text: string;
  readonly name: string;
  readonly matches: (sample: Sample) => boolean;
}

const WORDS = new Set(["and", "or", "unless", "by", "without", "on", "ignoring", "bool", "offset"]);
const GROUPING = /\b(?:by|without|on|ignoring)\s*\(([^)]*)\)/g;

export function selectorsIn(query: string): readonly Selector[] {
  // Neither functions nor the labels that are grouped by are series.
  const bare = query.replaceAll(GROUPING, " ").replaceAll(/\b[a-z_]\w*(?=\s*\()/g, " ");
  return [...bare.matchAll(/\b([a-z_]\w*)\b(?:\{([^}]*)\})?(?:\[\w+\])?/g)]
    .map(([text, name = "", conditions = ""]) => ({ text, name, ...judgeOf(name, conditions) }))
    .filter(({ name }) => !WORDS.has(name));
}

/** Labels that a query's answer is grouped by. */
export function groupedBy(query: string): readonly string[] {
  return [...query.matchAll(GROUPING)].flatMap(([, labels = ""]) =>
    labels.split(",").map((label) => label.trim()),
  );
}

function judgeOf(name: string, text: string): Pick<Selector, "matches"> {
  const conditions = [...text.matchAll(/(\w+)\s*(=~|!~|!=|=)\s*"([^"]*)"/g)];
  return {
    matches: (sample) =>
      sample.name === name &&
      conditions.every(([, label = "", operator, value = ""]) => {
        const given = sample.labels[label];
        // A label that nothing has is a mistake, also where it is denied.
        if (given === undefined) return false;
        const isEqual = operator?.endsWith("~")
          ? new RegExp(`^(?:${value})$`).test(given)
          : given === value;
        return isEqual !== operator?.startsWith("!");
      }),
  };
}
