// Owns what a node of a cluster is told beside restate.toml: its name, where it and the others are,
// and where snapshots go. Data only; the files in deploy/ say the same for real machines, which
// test/cluster/deploy-files.test.ts compares.

/** Copies of everything: with three nodes any one may be lost, and two go on. */
export const REPLICATION = 2;

/**
 * So many records of a partition lie between two snapshots. What is younger has to be read from the
 * log by who takes a partition over, and is kept there for that.
 */
const SNAPSHOT_RECORDS = 10_000;

export interface NodeSettings {
  /** Unique and for ever: a data directory belongs to it, and a new disk takes a new name. */
  readonly name: string;
  /** Where the other nodes reach this one. */
  readonly fabricUrl: string;
  /** Of every node that the cluster began with. */
  readonly fabricUrls: readonly string[];
  /** True for the first node at its first start: it makes the cluster, which the others join. */
  readonly founds: boolean;
  readonly snapshots: SnapshotStore;
}

/** S3, or a server that does what S3 does, conditional writes included. */
export interface SnapshotStore {
  /** `s3://bucket/prefix` */
  readonly destination: string;
  readonly region: string;
  /** For servers other than AWS. */
  readonly endpoint?: string;
  /** Values, or a profile of `~/.aws`. Absent where the machine itself has the right to it. */
  readonly credentials?:
    | { readonly accessKeyId: string; readonly secretAccessKey: string }
    | { readonly profile: string; readonly home: string };
}

/** As environment variables, which the server reads over restate.toml. */
export function nodeSettings(node: NodeSettings): Record<string, string> {
  return {
    RESTATE_NODE_NAME: node.name,
    RESTATE_ADVERTISED_ADDRESS: node.fabricUrl,
    RESTATE_METADATA_CLIENT__ADDRESSES: JSON.stringify(node.fabricUrls),
    RESTATE_AUTO_PROVISION: String(node.founds),
    RESTATE_DEFAULT_REPLICATION: String(REPLICATION),
    ...snapshotSettings(node.snapshots),
  };
}

function snapshotSettings(store: SnapshotStore): Record<string, string> {
  const { destination, region, endpoint, credentials } = store;
  return {
    RESTATE_WORKER__SNAPSHOTS__DESTINATION: destination,
    RESTATE_WORKER__SNAPSHOTS__SNAPSHOT_INTERVAL_NUM_RECORDS: String(SNAPSHOT_RECORDS),
    RESTATE_WORKER__SNAPSHOTS__AWS_REGION: region,
    ...(endpoint === undefined ? {} : endpointSettings(endpoint)),
    ...(credentials === undefined ? {} : credentialSettings(credentials)),
  };
}

function endpointSettings(endpoint: string): Record<string, string> {
  return {
    RESTATE_WORKER__SNAPSHOTS__AWS_ENDPOINT_URL: endpoint,
    RESTATE_WORKER__SNAPSHOTS__AWS_ALLOW_HTTP: String(endpoint.startsWith("http://")),
  };
}

function credentialSettings(
  credentials: NonNullable<SnapshotStore["credentials"]>,
): Record<string, string> {
  if ("profile" in credentials) {
    return { RESTATE_WORKER__SNAPSHOTS__AWS_PROFILE: credentials.profile, HOME: credentials.home };
  }
  return {
    RESTATE_WORKER__SNAPSHOTS__AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    RESTATE_WORKER__SNAPSHOTS__AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
  };
}
