// Owns what the public OTLP schema says of traces, as far as these tests read them; the decoding is
// @bufbuild/protobuf's. Numbers and types are those of opentelemetry-proto 1.x.
import { createFileRegistry, fromBinary, fromJson, toJson } from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";

type Kind = "string" | "bytes" | "bool" | "int64" | "double" | "fixed64" | "uint32" | `.${string}`;
type Fields = Readonly<Record<string, readonly [number, Kind] | readonly [number, Kind, "many"]>>;

const MESSAGES: Readonly<Record<string, Fields>> = {
  ExportTraceServiceRequest: { resource_spans: [1, ".ResourceSpans", "many"] },
  ResourceSpans: { resource: [1, ".Resource"], scope_spans: [2, ".ScopeSpans", "many"] },
  Resource: { attributes: [1, ".KeyValue", "many"] },
  ScopeSpans: { spans: [2, ".Span", "many"] },
  Span: {
    trace_id: [1, "bytes"],
    span_id: [2, "bytes"],
    parent_span_id: [4, "bytes"],
    name: [5, "string"],
    kind: [6, "uint32"],
    start_time_unix_nano: [7, "fixed64"],
    end_time_unix_nano: [8, "fixed64"],
    attributes: [9, ".KeyValue", "many"],
    events: [11, ".Event", "many"],
    links: [13, ".Link", "many"],
    status: [15, ".Status"],
  },
  Event: { name: [2, "string"], attributes: [3, ".KeyValue", "many"] },
  Link: { trace_id: [1, "bytes"], span_id: [2, "bytes"], attributes: [4, ".KeyValue", "many"] },
  Status: { message: [2, "string"], code: [3, "uint32"] },
  KeyValue: { key: [1, "string"], value: [2, ".AnyValue"] },
  AnyValue: {
    string_value: [1, "string"],
    bool_value: [2, "bool"],
    int_value: [3, "int64"],
    double_value: [4, "double"],
    array_value: [5, ".ArrayValue"],
  },
  ArrayValue: { values: [1, ".AnyValue", "many"] },
};

const registry = createFileRegistry(
  fromJson(FileDescriptorSetSchema, {
    file: [
      {
        name: "otlp.proto",
        syntax: "proto3",
        messageType: Object.entries(MESSAGES).map(([name, fields]) => ({
          name,
          field: Object.entries(fields).map(([field, [number, kind, many]]) => ({
            name: field,
            jsonName: field.replaceAll(/_(.)/g, (_, letter: string) => letter.toUpperCase()),
            number,
            label: many === undefined ? "LABEL_OPTIONAL" : "LABEL_REPEATED",
            ...(kind.startsWith(".")
              ? { type: "TYPE_MESSAGE", typeName: kind }
              : { type: `TYPE_${kind.toUpperCase()}` }),
          })),
        })),
      },
    ],
  }),
);

/** The request as protobuf's JSON: bytes in base64, numbers of 64 bits as text. */
export function decodeExport(bytes: Uint8Array): unknown {
  const schema = registry.getMessage("ExportTraceServiceRequest");
  if (schema === undefined) throw new Error("the schema has no ExportTraceServiceRequest");
  return toJson(schema, fromBinary(schema, bytes), { registry });
}
