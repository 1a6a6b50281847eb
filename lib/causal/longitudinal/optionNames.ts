/** Options that nobody knows. */

/** @throws Error naming the options that are not known, and those that are */
export function checkOptionNames(who: string, options: object, known: readonly string[]): void {
  const unknown = Object.keys(options).filter((name) => !known.includes(name));
  if (unknown.length === 0) return;
  throw new Error(`${who} has no option ${unknown.join(", ")}. It has ${known.join(", ")}.`);
}
