/** Reads and extends PNG files by their chunks (PNG specification, third edition, sections 5 and 11). */
import { crc32 } from "node:zlib";

export const PNG_SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

export interface PngChunk {
  readonly type: string;
  readonly data: Buffer;
}

/**
 * The chunks of a PNG file in order.
 * @throws Error when the file has another signature, ends early or has a chunk with a wrong checksum
 */
export function pngChunks(png: Buffer): PngChunk[] {
  if (!png.subarray(0, 8).equals(PNG_SIGNATURE)) throw new Error("This is no PNG file.");
  const chunks: PngChunk[] = [];
  let at = 8;
  while (at < png.length) {
    const length = at + 12 <= png.length ? png.readUInt32BE(at) : Number.POSITIVE_INFINITY;
    const end = at + 12 + length;
    if (end > png.length) throw new Error(`The PNG file ends within the chunk at byte ${at}.`);
    if (crc32(png.subarray(at + 4, end - 4)) !== png.readUInt32BE(end - 4)) {
      throw new Error(`The PNG chunk at byte ${at} has a wrong checksum.`);
    }
    const type = png.toString("latin1", at + 4, at + 8);
    chunks.push({ type, data: png.subarray(at + 8, end - 4) });
    at = end;
  }
  return chunks;
}

/**
 * The same picture with its resolution (pHYs) and texts (tEXt). Texts are written in ASCII: other
 * characters become `\uXXXX`.
 */
export function withChunks(
  png: Buffer,
  more: { readonly dpi: number; readonly text: Readonly<Record<string, string>> },
): Buffer {
  const dotsPerMetre = Math.round(more.dpi / 0.0254);
  const resolution = Buffer.alloc(9);
  resolution.writeUInt32BE(dotsPerMetre, 0);
  resolution.writeUInt32BE(dotsPerMetre, 4);
  resolution.writeUInt8(1, 8);
  const texts = Object.entries(more.text).map(([key, text]) => ({
    type: "tEXt",
    data: Buffer.from(`${key}\0${ascii(text)}`, "latin1"),
  }));
  const [header, ...rest] = pngChunks(png);
  const kept = rest.filter(({ type }) => type !== "pHYs");
  const chunks = [header!, { type: "pHYs", data: resolution }, ...texts, ...kept];
  return Buffer.concat([PNG_SIGNATURE, ...chunks.map(chunkBytes)]);
}

function chunkBytes({ type, data }: PngChunk): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const bytes = Buffer.alloc(body.length + 8);
  bytes.writeUInt32BE(data.length, 0);
  body.copy(bytes, 4);
  bytes.writeUInt32BE(crc32(body), body.length + 4);
  return bytes;
}

function ascii(text: string): string {
  return text.replace(
    /[^\x20-\x7e]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
