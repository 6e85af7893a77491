// Owns what a tool's log lines may hold: no credential that its attempt was given, in whatever
// its author put there.
import type { ToolLogger } from "../../contract/tool.ts";
import type { Redactor } from "./redactor.ts";

type Fields = Record<string, unknown>;
type Write = (fields: Fields, message: string) => void;

export function redactingLogger(logger: ToolLogger, redactor: Redactor): ToolLogger {
  const clean =
    (write: Write): Write =>
    (fields, message) => {
      if (redactor.idle) write(fields, message);
      else write(cleanFields(fields, redactor), redactor.text(message));
    };
  return {
    info: clean((fields, message) => logger.info(fields, message)),
    warn: clean((fields, message) => logger.warn(fields, message)),
    error: clean((fields, message) => logger.error(fields, message)),
  };
}

const DEEPEST = 8;
// Of values in one line: an author may log a whole socket.
const MOST = 1000;

/** In a form that holds no more than it shows: a logger reads more of a value than JSON does. */
function cleanFields(fields: Fields, redactor: Redactor): Fields {
  let values = 0;
  const clean = (value: unknown, depth: number): unknown => {
    values += 1;
    if (values > MOST) return "[more]";
    switch (typeof value) {
      case "object":
        if (value === null) return value;
        if (depth > DEEPEST) return "[deeper]";
        return cleanObject(value, (each) => clean(each, depth + 1));
      case "number":
        return redactor.value(value);
      case "string":
      case "bigint":
      case "symbol":
        return redactor.text(String(value));
      case "function":
        return "[function]";
      case "boolean":
      case "undefined":
        return value;
    }
  };
  const cleanObject = (value: object, inner: (each: unknown) => unknown): unknown => {
    if (value instanceof Error) {
      const { name, message, stack, cause } = value;
      return inner({ type: name, message, stack, ...(cause === undefined ? {} : { cause }) });
    }
    if (Array.isArray(value)) return value.map(inner);
    if (isListed(value)) return inner([...value]);
    if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
    if (value instanceof URL || value instanceof Date) return inner(String(value));
    return Object.fromEntries(
      Object.entries(value).map(([key, each]) => [redactor.text(key), inner(each)]),
    );
  };
  return clean(fields, 0) as Fields;
}

function isListed(value: object): value is Iterable<unknown> {
  return value instanceof Map || value instanceof Set || value instanceof Headers;
}
