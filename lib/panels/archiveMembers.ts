/** Files and folders of an archive with their sizes. */
import type { ArchiveMember } from "../loaders/kuairec";
import type { Row } from "../loaders/rows";

/** member, size_mb (1 MB = 1,000,000 bytes), the largest first or by name; ties by name. */
export function archiveMembers(
  members: readonly ArchiveMember[],
  options: { readonly under?: string; readonly order?: "size" | "name" } = {},
): Row[] {
  const byName = (a: ArchiveMember, b: ArchiveMember) => (a.member < b.member ? -1 : 1);
  const bySize = (a: ArchiveMember, b: ArchiveMember) => b.bytes - a.bytes || byName(a, b);
  return members
    .filter(({ member }) => member.startsWith(options.under ?? ""))
    .sort(options.order === "name" ? byName : bySize)
    .map(({ member, bytes }) => ({ member, size_mb: bytes / 1e6 }));
}
