/** Files of an archive with their sizes. */
import type { ArchiveEntry } from "../loaders/archive";
import type { Row } from "../loaders/rows";

/** file, compressed_mb, uncompressed_mb (1 MB = 1,000,000 bytes), the largest first; ties by name. */
export function archiveListing(entries: readonly ArchiveEntry[]): Row[] {
  return entries
    .slice()
    .sort((a, b) => b.bytes - a.bytes || (a.name < b.name ? -1 : 1))
    .map((entry) => ({
      file: entry.name,
      compressed_mb: entry.compressedBytes / 1e6,
      uncompressed_mb: entry.bytes / 1e6,
    }));
}
