/** Texts with carriage returns in them that end no row, as captions typed on phones have. */
import type { Archive } from "./archive";

const LF = 0x0a;
const CR = 0x0d;
const BLANK = 0x20;

/** The same archive, but a carriage return that no line feed follows is streamed as a blank. Sizes stay the same. */
export function withoutBareReturns(archive: Archive): Archive {
  return {
    ...archive,
    stream: (name, options) => blanked(archive.stream(name, options)),
  };
}

/** Holds back a carriage return at the end of a chunk until it is known what follows. */
async function* blanked(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let held = false;
  for await (const chunk of chunks) {
    if (chunk.length === 0) continue;
    const bytes: Buffer = held ? Buffer.concat([Buffer.of(CR), chunk]) : Buffer.from(chunk);
    held = bytes[bytes.length - 1] === CR;
    const end = held ? bytes.length - 1 : bytes.length;
    for (let at = bytes.indexOf(CR); at >= 0 && at < end; at = bytes.indexOf(CR, at + 1)) {
      if (bytes[at + 1] !== LF) bytes[at] = BLANK;
    }
    if (end > 0) yield bytes.subarray(0, end);
  }
  if (held) yield Buffer.of(BLANK);
}
