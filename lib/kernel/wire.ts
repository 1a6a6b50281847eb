/** Jupyter's wire format: a message as signed frames, and back (jupyter-client, "The wire protocol"). */
import { createHmac, randomUUID, timingSafeEqual } from "node:crypto";

const DELIMITER = Buffer.from("<IDS|MSG>");
export const PROTOCOL_VERSION = "5.3";

export interface Connection {
  readonly transport: string;
  readonly ip: string;
  readonly key: string;
  readonly signature_scheme?: string;
  readonly shell_port: number;
  readonly iopub_port: number;
  readonly stdin_port: number;
  readonly control_port: number;
  readonly hb_port: number;
}

export interface Header {
  readonly msg_id: string;
  readonly msg_type: string;
  readonly session: string;
  readonly username: string;
  readonly date: string;
  readonly version: string;
}

/** A message as it came in. `identities` is the route back to its sender. */
export interface Message {
  readonly identities: readonly Uint8Array[];
  readonly header: Header;
  readonly content: Readonly<Record<string, unknown>>;
}

/** A message about to leave: the content is JSON text already, made on the thread that owns the values. */
export interface Outgoing {
  readonly type: string;
  readonly contentJson: string;
  /** Header of the request that caused it; `{}` for what the kernel says by itself. */
  readonly parent: Header | Record<string, never>;
  readonly identities: readonly Uint8Array[];
  readonly metadataJson?: string;
}

function signature(key: string, scheme: string, parts: readonly Uint8Array[]): string {
  if (key === "") return "";
  const hash = createHmac(scheme.replace(/^hmac-/, ""), key);
  for (const part of parts) hash.update(part);
  return hash.digest("hex");
}

/**
 * Reads the frames of one message.
 * Throws when the delimiter is missing, the signature does not match the key, or a part is no JSON.
 */
export function decodeMessage(frames: readonly Uint8Array[], connection: Connection): Message {
  const at = frames.findIndex((frame) => DELIMITER.equals(frame));
  if (at < 0) throw new Error("message without the <IDS|MSG> delimiter");
  const parts = frames.slice(at + 2, at + 6);
  if (parts.length < 4) throw new Error(`message with ${parts.length} of 4 parts`);
  const want = Buffer.from(signature(connection.key, schemeOf(connection), parts));
  const got = Buffer.from(frames[at + 1]);
  if (want.length !== got.length || !timingSafeEqual(want, got)) {
    throw new Error("message with a wrong signature");
  }
  const [header, , , content] = parts.map((part) => JSON.parse(Buffer.from(part).toString()));
  return { identities: frames.slice(0, at), header, content };
}

/** The frames of an outgoing message, signed. */
export function encodeMessage(
  message: Outgoing,
  session: string,
  connection: Connection,
): (Uint8Array | string)[] {
  const header: Header = {
    msg_id: randomUUID(),
    msg_type: message.type,
    session,
    username: "kernel",
    date: new Date().toISOString(),
    version: PROTOCOL_VERSION,
  };
  const parts = [
    JSON.stringify(header),
    JSON.stringify(message.parent),
    message.metadataJson ?? "{}",
    message.contentJson,
  ].map((text) => Buffer.from(text));
  return [
    ...message.identities,
    DELIMITER,
    signature(connection.key, schemeOf(connection), parts),
    ...parts,
  ];
}

function schemeOf(connection: Connection): string {
  return connection.signature_scheme ?? "hmac-sha256";
}
