/** Answers Jupyter's requests on the main thread, where cells run. */
import { jsonText } from "./bundle";
import type { MimeBundle } from "./cell";
import type { Checker } from "./checker";
import type { CellOutput, Executor } from "./executor";
import { type HistoryEntry, selectHistory } from "./history";
import type { FromIo, ToIo } from "./ioThread";
import type { Header, Message } from "./wire";

export interface RequestsOptions {
  readonly executor: Executor;
  readonly checker: Checker;
  readonly post: (message: ToIo) => void;
}

export interface Requests {
  readonly handle: (request: Extract<FromIo, { kind: "request" }>) => void;
  /** Sends text that is still held back. */
  readonly flush: () => void;
}

interface Waiting {
  readonly channel: "shell" | "control";
  readonly message: Message;
}

/** Text of a cell is sent at most this often, in larger pieces. */
const STREAM_MS = 20;
/** After an error the requests that arrive this soon are part of the same batch and are aborted with it. */
const BATCH_MS = 50;

export function createRequests(options: RequestsOptions): Requests {
  const { executor, checker, post } = options;
  const waiting: Waiting[] = [];
  const history: HistoryEntry[] = [];
  let count = 0;
  let active: Waiting | undefined;

  const iopub = (type: string, content: unknown, parent: Header | Record<string, never>) =>
    post({
      kind: "send",
      socket: "iopub",
      message: {
        type,
        contentJson: jsonText(content),
        parent,
        identities: [
          Buffer.from(type === "stream" ? `stream.${(content as { name: string }).name}` : type),
        ],
      },
    });
  const reply = ({ channel, message }: Waiting, type: string, content: unknown) =>
    post({
      kind: "send",
      socket: channel,
      message: {
        type,
        contentJson: jsonText(content),
        parent: message.header,
        identities: message.identities,
      },
    });
  const status = (state: "busy" | "idle", { message }: Waiting) =>
    iopub("status", { execution_state: state }, message.header);

  // Text is gathered for a moment: a loop that prints a million lines must not send a million messages.
  let held: { name: "stdout" | "stderr"; text: string[]; parent: Header } | undefined;
  let sentAt = 0;
  let timer: NodeJS.Timeout | undefined;
  const flush = (): void => {
    if (timer) clearTimeout(timer);
    timer = undefined;
    if (!held) return;
    const { name, text, parent } = held;
    held = undefined;
    sentAt = Date.now();
    iopub("stream", { name, text: text.join("") }, parent);
  };
  const stream = (name: "stdout" | "stderr", text: string, parent: Header): void => {
    if (text === "") return;
    if (held && (held.name !== name || held.parent !== parent)) flush();
    held ??= { name, text: [], parent };
    held.text.push(text);
    if (Date.now() - sentAt > STREAM_MS) flush();
    else timer ??= setTimeout(flush, STREAM_MS);
  };

  const outputOf = (header: Header, isSilent: boolean): CellOutput => {
    const publish = (type: string, content: unknown) => {
      flush();
      iopub(type, content, header);
    };
    return {
      stream: (name, text) => stream(name, text, header),
      display: (data: MimeBundle, { id, update }) =>
        publish(update ? "update_display_data" : "display_data", {
          data,
          metadata: {},
          transient: id === undefined ? {} : { display_id: id },
        }),
      clear: (wait) => publish("clear_output", { wait }),
      result: (data, number) => {
        const entry = history.at(-1);
        if (entry?.line === number) entry.output = String(data["text/plain"] ?? "");
        if (!isSilent) publish("execute_result", { data, metadata: {}, execution_count: number });
      },
      error: (error) => publish("error", error),
    };
  };

  /** `name?` shows signature and documentation, as in IPython. */
  const help = (name: string, end: (answer: Record<string, unknown>) => void): void => {
    const ask = {
      previous: executor.declarations(),
      source: name,
      position: name.length,
      detail: 0,
    };
    const page = (text: string, markdown = text) => {
      const data = { "text/plain": text, "text/markdown": markdown };
      end({ status: "ok", user_expressions: {}, payload: [{ source: "page", data, start: 0 }] });
    };
    checker.ask(
      "inspect",
      ask,
      (found) => page(found?.text ?? `Nothing is known about ${name}`, found?.markdown),
      page,
    );
  };

  const next = (): void => {
    if (active) return;
    const request = waiting.shift();
    if (!request) return;
    active = request;
    status("busy", request);
    const { content, header } = request.message;
    const code = typeof content.code === "string" ? content.code : "";
    const isSilent = content.silent === true;
    if (!isSilent) {
      if (content.store_history !== false) count += 1;
      iopub("execute_input", { code, execution_count: count }, header);
      if (content.store_history !== false) {
        history.push({ session: 1, line: count, input: code, output: "" });
        if (history.length > 5000) history.shift();
      }
    }
    const end = (answer: Record<string, unknown>) => {
      flush();
      reply(request, "execute_reply", { ...answer, execution_count: count });
      status("idle", request);
      active = undefined;
      setImmediate(next);
    };
    if (code.trim() === "") {
      end({ status: "ok", user_expressions: {}, payload: [] });
      return;
    }
    const asked = /^\s*(?:\?{1,2}([\w$.]+)|([\w$.]+)\?{1,2})\s*$/.exec(code);
    if (asked) {
      help(asked[1] ?? asked[2], end);
      return;
    }
    executor.execute(code, count, outputOf(header, isSilent), (error) => {
      if (!error) {
        end({ status: "ok", user_expressions: {}, payload: [] });
        return;
      }
      const finish = () => {
        end({ status: "error", ...error });
      };
      if (content.stop_on_error === false) return finish();
      // "Run all" has sent the cells that follow: they must not run on the ruins of this one.
      setTimeout(() => {
        const rest = waiting.splice(0);
        finish();
        for (const aborted of rest) {
          status("busy", aborted);
          reply(aborted, "execute_reply", { status: "aborted", execution_count: count });
          status("idle", aborted);
        }
      }, BATCH_MS);
    });
  };

  type Answer = (type: string, content: unknown) => void;
  type Content = Readonly<Record<string, unknown>>;
  const answers: Record<string, (content: Content, answer: Answer, failed: Failed) => void> = {
    is_complete_request(content, answer, failed) {
      const source = String(content.code ?? "");
      checker.ask(
        "isComplete",
        { source },
        (completeness) => answer("is_complete_reply", completeness),
        failed,
      );
    },
    complete_request(content, answer, failed) {
      const { code, position } = codeAt(content);
      checker.ask(
        "complete",
        { previous: executor.declarations(), source: code, position },
        ({ matches, start, end, kinds }) => {
          const from = toCodePoints(code, start);
          const to = toCodePoints(code, end);
          const types = matches.map((text, at) => ({
            text,
            start: from,
            end: to,
            type: kinds[at],
          }));
          answer("complete_reply", {
            status: "ok",
            matches,
            cursor_start: from,
            cursor_end: to,
            metadata: { _jupyter_types_experimental: types },
          });
        },
        failed,
      );
    },
    inspect_request(content, answer, failed) {
      const { code, position } = codeAt(content);
      const detail = Number(content.detail_level ?? 0);
      checker.ask(
        "inspect",
        { previous: executor.declarations(), source: code, position, detail },
        (found) =>
          answer("inspect_reply", {
            status: "ok",
            found: found !== undefined,
            data: found ? { "text/plain": found.text, "text/markdown": found.markdown } : {},
            metadata: {},
          }),
        failed,
      );
    },
    comm_info_request(_content, answer) {
      answer("comm_info_reply", { status: "ok", comms: {} });
    },
    history_request(content, answer) {
      answer("history_reply", { status: "ok", history: selectHistory(history, content) });
    },
  };

  return {
    flush,
    handle(request) {
      const type = request.message.header.msg_type;
      if (type === "execute_request") {
        waiting.push(request);
        next();
        return;
      }
      const answer = answers[type];
      status("busy", request);
      const end = () => {
        status("idle", request);
        // The front end shows the last state it heard of: the cell that runs goes on.
        if (active) status("busy", active);
      };
      if (!answer) {
        end();
        return;
      }
      answer(
        request.message.content,
        (replyType, content) => {
          reply(request, replyType, content);
          end();
        },
        (reason) => {
          const error = { status: "error", ename: "Error", evalue: reason, traceback: [] };
          reply(request, type.replace("_request", "_reply"), error);
          end();
        },
      );
    },
  };
}

type Failed = (reason: string) => void;

/** Jupyter counts the cursor in code points, TypeScript in UTF-16 units. */
function codeAt(content: Readonly<Record<string, unknown>>): { code: string; position: number } {
  const code = String(content.code ?? "");
  const wanted = Number(content.cursor_pos ?? code.length);
  let position = 0;
  for (let points = 0; points < wanted && position < code.length; points++) {
    position += (code.codePointAt(position) ?? 0) > 0xffff ? 2 : 1;
  }
  return { code, position };
}

function toCodePoints(code: string, position: number): number {
  return [...code.slice(0, position)].length;
}
