/**
 * Node keeps a record of the asynchronous contexts that are entered and not yet left, and aborts the process
 * when a callback ends with that record in disorder, as it does after code was stopped by force. Node clears
 * the record itself when an exception goes uncaught; this file finds the function with which it does.
 */
import { AsyncResource } from "node:async_hooks";
import { Session } from "node:inspector";

interface Remote {
  readonly objectId?: string;
}
interface Property {
  readonly name: string;
  readonly value?: Remote;
}

/**
 * The function that clears Node's record of asynchronous contexts. No public interface leads to it (up to
 * Node 22 `process.binding` does, with a warning): it is read, on all versions from 20 to 26, from the scope
 * of the functions around `AsyncResource`, as a debugger would. Undefined where that fails.
 */
export function findClearAsyncRecord(): (() => void) | undefined {
  const key = Symbol.for("typescript-cells.asyncRecord");
  const globals = globalThis as unknown as Record<symbol, unknown>;
  const session = new Session();
  session.connect();
  try {
    /** Posts to a session of the same thread are answered before they return. */
    const post = (method: string, parameters: object): Record<string, unknown> => {
      let answer: Record<string, unknown> = {};
      session.post(method, parameters, (error: Error | null, result?: object) => {
        if (error) throw error;
        answer = { ...result };
      });
      return answer;
    };
    const properties = (object: Remote) =>
      post("Runtime.getProperties", {
        objectId: object.objectId,
        ownProperties: true,
      }) as unknown as {
        result: Property[];
        internalProperties?: Property[];
      };
    const find = (name: string, from: Remote): Remote | undefined => {
      const scopes = properties(from).internalProperties?.find((one) => one.name === "[[Scopes]]");
      if (!scopes?.value) return undefined;
      for (const { value: scope } of properties(scopes.value).result) {
        if (!scope?.objectId) continue;
        const found = properties(scope).result.find((one) => one.name === name);
        if (found?.value?.objectId) return found.value;
      }
      return undefined;
    };
    globals[key] = AsyncResource.prototype.runInAsyncScope;
    const expression = `globalThis[Symbol.for("typescript-cells.asyncRecord")]`;
    const start = post("Runtime.evaluate", { expression }).result as Remote;
    const emit = find("emitBefore", start);
    const wrap = emit && find("async_wrap", emit);
    if (!wrap?.objectId) return undefined;
    post("Runtime.callFunctionOn", {
      objectId: wrap.objectId,
      functionDeclaration: `function () {
        globalThis[Symbol.for("typescript-cells.asyncRecord")] = () => this.clearAsyncIdStack();
      }`,
    });
    const clear = globals[key];
    return typeof clear === "function" ? (clear as () => void) : undefined;
  } catch {
    return undefined;
  } finally {
    session.disconnect();
    delete globals[key];
  }
}
