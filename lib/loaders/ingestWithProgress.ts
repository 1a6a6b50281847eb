/** Reading a file into the cache, with a bar while it takes long. */
import { type Progress, progress } from "../kernel/progress";
import type { Archive } from "./archive";
import type { CsvSchema } from "./csvSchema";
import { type IngestOptions, type IngestReport, ingestCsv } from "./ingest";

/** Files below this size are read in well under a second. */
const LONG_FILE_BYTES = 2 ** 26;

/** {@link ingestCsv}; shows a bar only when there is something to wait for: a large file that is not in the cache yet. */
export async function ingestWithProgress(
  archive: Archive,
  entry: string,
  schema: CsvSchema,
  folder: string,
  options: Pick<IngestOptions, "onBadRow" | "otherColumns"> = {},
): Promise<IngestReport> {
  let bar: Progress | undefined;
  const onProgress = (done: number, bytes: number) => {
    if (bytes < LONG_FILE_BYTES) return;
    bar ??= progress(`Reading ${entry} into the cache`, bytes);
    bar.update(done);
  };
  try {
    const { onBadRow, otherColumns } = options;
    const report = await ingestCsv(archive, entry, schema, folder, {
      onBadRow,
      otherColumns,
      onProgress,
    });
    bar?.finish(`${report.rows.toLocaleString("en")} rows`);
    return report;
  } catch (error) {
    bar?.fail();
    throw error;
  }
}
