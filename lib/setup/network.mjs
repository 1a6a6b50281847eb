/**
 * Whether an address answers at all, whatever it says: a short look before a tool that would hang
 * where there is no network. Behind a proxy, of which Node.js knows nothing by itself, it says
 * yes and lets the tool try.
 * @param {string} address
 * @param {number} [milliseconds]
 */
export async function answers(address, milliseconds = 3_000) {
  if (process.env.HTTPS_PROXY ?? process.env.https_proxy) return true;
  try {
    await fetch(address, { method: "HEAD", signal: AbortSignal.timeout(milliseconds) });
    return true;
  } catch {
    return false;
  }
}
