// Owns whether a path lies in a folder, by its text alone. Symbolic links are the tool's
// business: the text cannot tell where they lead.

// A percent sign before what it could hide, a backslash, a control character.
// oxlint-disable-next-line no-control-regex
const CONFUSING = /%(2e|2f|5c|00)|[\u0000-\u001f\u007f-\u009f\\]/i;

/** False for every path with `..`: after a symbolic link nobody knows what it means. */
export function isWithin(path: string, folder: string): boolean {
  if (!path.isWellFormed() || CONFUSING.test(path)) return false;
  const [inner, outer] = [partsOf(path), partsOf(folder)];
  if (inner.names.includes("..") || inner.absolute !== outer.absolute) return false;
  return outer.names.every((name, index) => inner.names[index] === name);
}

function partsOf(path: string): { readonly absolute: boolean; readonly names: readonly string[] } {
  const names = path.split("/").filter((name) => name !== "" && name !== ".");
  return { absolute: path.startsWith("/"), names };
}
