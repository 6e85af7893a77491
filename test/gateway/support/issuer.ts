// Owns an issuer of tokens for tests: its keys, the address where they are, and tokens that are good or
// wrong in one way.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import {
  exportJWK,
  exportSPKI,
  generateKeyPair,
  type JWTPayload,
  SignJWT,
  UnsecuredJWT,
} from "jose";
import type { TokenIssuer } from "../../../index.ts";

/** Claims in the place of the good ones; undefined leaves one out. */
export type Claims = Readonly<Record<string, unknown>>;

export interface Issuer {
  readonly settings: TokenIssuer;
  /** Signed by the issuer's own key. */
  token(claims?: Claims, header?: object): Promise<string>;
  /** ES384, by another key of the issuer's. */
  otherwise(): Promise<string>;
  /** By a key that nobody has heard of, under the known key's id. */
  forged(claims?: Claims): Promise<string>;
  /** `alg: none`. */
  unsigned(claims?: Claims): string;
  /** HS256 with the public key as the secret. */
  confused(claims?: Claims): Promise<string>;
  /** From now on its address answers with this status. */
  fail(status: number): void;
  /** How often its keys were fetched. */
  fetches(): number;
  close(): Promise<void>;
}

const GOOD: JWTPayload = {
  sub: "ada",
  tenant: "acme",
  roles: ["viewer"],
  aud: "holdfast",
};

export async function startIssuer(): Promise<Issuer> {
  const { privateKey, publicKey } = await generateKeyPair("ES256", { extractable: true });
  const other = await generateKeyPair("ES256");
  const second = await generateKeyPair("ES384", { extractable: true });
  const jwk = { ...(await exportJWK(publicKey)), kid: "k1", alg: "ES256", use: "sig" };
  const secondJwk = { ...(await exportJWK(second.publicKey)), kid: "k3", use: "sig" };
  let status = 200;
  let fetches = 0;
  const server = createServer((_, response) => {
    fetches += 1;
    response.writeHead(status, { "content-type": "application/json" });
    response.end(JSON.stringify({ keys: [jwk, secondJwk] }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const iss = `http://127.0.0.1:${port}/`;
  const times = (claims: Claims) => ({
    iss,
    exp: Math.floor(Date.now() / 1000) + 60,
    ...GOOD,
    ...claims,
  });
  const sign = (claims: Claims, key: Parameters<SignJWT["sign"]>[0], header: object) =>
    new SignJWT(times(claims)).setProtectedHeader({ alg: "ES256", kid: "k1", ...header }).sign(key);
  return {
    settings: { issuer: iss, audience: "holdfast", jwksUrl: `${iss}jwks` },
    token: (claims = {}, header = {}) => sign(claims, privateKey, header),
    otherwise: () => sign({}, second.privateKey, { alg: "ES384", kid: "k3" }),
    forged: (claims = {}) => sign(claims, other.privateKey, {}),
    unsigned: (claims = {}) => new UnsecuredJWT(times(claims)).encode(),
    confused: async (claims = {}) =>
      sign(claims, new TextEncoder().encode(await exportSPKI(publicKey)), { alg: "HS256" }),
    fail: (answers) => (status = answers),
    fetches: () => fetches,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
