/**
 * Says why this Node.js is too old, or nothing when it will do. The oldest version that can load
 * ESM packages from CommonJS code, as the TypeScript kernel does, is 20.19 (and 22.12).
 * @param {string} version  as in process.versions.node, for example "20.19.1"
 * @returns {string | undefined}
 */
export function nodeVersionProblem(version) {
  const parts = version.split(".").map(Number);
  const major = parts[0];
  const minor = parts[1];
  const enough = (major === 20 && minor >= 19) || (major === 22 && minor >= 12) || major >= 23;
  if (enough) return undefined;
  return (
    "This project needs Node.js 20.19 or newer (22.12 or newer in the 22 line); this is " +
    version +
    " at " +
    process.execPath +
    ".\nInstall a current one from https://nodejs.org, or with a version manager: nvm install 22"
  );
}
