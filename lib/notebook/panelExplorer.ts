/** Users over the calendar: state, treatment and outcome of one user at a time, chosen from a menu. */
import type { Row } from "../loaders/rows";
import { column, numbers, positions } from "./columns";
import { displayed } from "./displayedFigure";
import { type Figure, type FigureOptions, MAX_POINTS } from "./figure";
import { axis, LEGEND_ROOM, legendFor, MARGIN, PALETTE, themedLayout } from "./theme";

export interface PanelExplorerOptions extends Omit<FigureOptions, "xTitle" | "yTitle"> {
  /** Column of the users. Default `user_id`. */
  readonly unit?: string;
  /** Column of the days. Default `event_date`. */
  readonly time?: string;
  /** Column drawn as bars, with its unit: `{ interactions: "Watches" }`. */
  readonly state: Readonly<Record<string, string>>;
  /** Column of 0 and 1 that colours the bars. */
  readonly treatment: Readonly<Record<string, string>>;
  /** Column drawn as a line below. */
  readonly outcome: Readonly<Record<string, string>>;
}

/**
 * One user at a time: bars of the state, coloured on treated days, above a line of the outcome. A menu changes the user. A
 * missing outcome leaves a gap.
 * @param rows  days of some users, each user's in their order; few users, since all of them travel with the figure
 * @throws Error when a column is missing, or the rows are more than a figure can hold
 */
export function panelExplorer(rows: readonly Row[], options: PanelExplorerOptions): Figure {
  const { unit = "user_id", time = "event_date" } = options;
  const [state, treatment, outcome] = [options.state, options.treatment, options.outcome].map(
    (choice) => Object.entries(choice)[0]!,
  );
  if (rows.length > MAX_POINTS) {
    throw new Error(
      `${rows.length} days are more than a figure can hold (${MAX_POINTS}). Take fewer users.`,
    );
  }
  const users = [...new Set(column(rows, unit).map(String))];
  const perUser = users.map((user) => rows.filter((row) => String(row[unit]) === user));
  const traces = perUser.flatMap((days, index) => {
    const x = positions(days, time);
    const y = numbers(days, state![0]);
    const treated = numbers(days, treatment![0]);
    const visible = index === 0;
    const bars = (wanted: number, name: string, color: string) => ({
      type: "bar",
      name,
      visible,
      x,
      y: y.map((value, i) => (treated[i] === wanted ? value : null)),
      marker: { color },
    });
    return [
      bars(0, `not ${treatment![1]}`, PALETTE.sky),
      bars(1, treatment![1], PALETTE.orange),
      {
        type: "scatter",
        mode: "lines+markers",
        name: outcome![1],
        visible,
        x,
        y: numbers(days, outcome![0]),
        xaxis: "x2",
        yaxis: "y2",
        connectgaps: false,
        line: { color: PALETTE.green, width: 2 },
        marker: { color: PALETTE.green, size: 6 },
      },
    ];
  });
  const perMenu = traces.length / users.length;
  const buttons = users.map((user, index) => ({
    label: `user ${user}`,
    method: "restyle",
    args: [{ visible: traces.map((_, i) => Math.floor(i / perMenu) === index) }],
  }));
  return displayed({
    data: traces,
    layout: themedLayout(
      { title: options.title, size: options.size ?? [12, 6.4] },
      {
        barmode: "overlay",
        bargap: 0.15,
        xaxis: axis("", { domain: [0, 1], anchor: "y", matches: "x2", showticklabels: false }),
        xaxis2: axis("Day", { domain: [0, 1], anchor: "y2", tickformat: "%d %b" }),
        yaxis: axis(wrapped(state![1]), { domain: [0.48, 1], anchor: "x", rangemode: "tozero" }),
        yaxis2: axis(wrapped(outcome![1]), {
          domain: [0, 0.38],
          anchor: "x2",
          rangemode: "tozero",
        }),
        ...legendFor(traces.length),
        margin: { ...MARGIN, t: MARGIN.t + LEGEND_ROOM + 8 },
        updatemenus: [
          {
            buttons,
            x: 0,
            xanchor: "left",
            y: 1.02,
            yanchor: "bottom",
            direction: "down",
            pad: { t: 0, r: 8 },
            bgcolor: "#ffffff",
          },
        ],
      },
    ),
  });
}

/** A long title of a low panel on two lines. */
function wrapped(title: string): string {
  const middle = title.length / 2;
  const blanks = [...title.matchAll(/ /g)].map((match) => match.index);
  const [nearest] = blanks.sort((a, b) => Math.abs(a - middle) - Math.abs(b - middle));
  if (title.length <= 18 || nearest === undefined) return title;
  return `${title.slice(0, nearest)}<br>${title.slice(nearest + 1)}`;
}
