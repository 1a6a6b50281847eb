/** The top-level variables of all cells: one namespace, each variable in a record of its own. */

/** `v` appears with the first assignment. */
export interface Variable {
  v?: unknown;
}

export interface Variables {
  /** The record of a name, made on first use. */
  readonly variable: (name: string) => Variable;
  readonly has: (name: string) => boolean;
  readonly names: () => string[];
  readonly clear: () => void;
}

export function createVariables(): Variables {
  const records = new Map<string, Variable>();
  return {
    variable(name) {
      let record = records.get(name);
      if (!record) {
        // A constructor of its own gives the record a hidden class of its own: V8 then knows the type of
        // this one variable, and a loop over it runs as over a field of a stable object.
        const Own = (() => function Own() {})() as unknown as new () => Variable;
        record = new Own();
        records.set(name, record);
      }
      return record;
    },
    has: (name) => records.has(name),
    names: () => [...records.keys()],
    clear: () => records.clear(),
  };
}
