/** The spillover course for somebody who decides and opens no notebook: a page, a summary, a list. All from results. */
import type {
  BestPolicy,
  CoverageVerdict,
  ItemTestVerdict,
  SensitivityRow,
} from "../causal/spillover";
import type { Row } from "../loaders/rows";
import type { SummaryPage } from "./summaryPage";

/** Results of chapters 03 to 06. */
export interface InterferenceResults {
  /** `finalMainEffects`: effect, per_1000, ci_low_per_1000, ci_high_per_1000, note. */
  readonly mainEffects: readonly Row[];
  /** `finalDecomposition`: effect, per_1000_promoted_slates and its interval. */
  readonly decomposition: readonly Row[];
  /** AIPW and others: estimator, estimate, ci_low, ci_high. */
  readonly aipw: readonly Row[];
  readonly policy: BestPolicy;
  readonly sensitivity: readonly SensitivityRow[];
  /** Other click models and structures: assumption, setting, net_clicks_per_slate, decision. */
  readonly alternatives: readonly Row[];
  readonly coverage: CoverageVerdict;
  readonly itemTest: ItemTestVerdict;
  readonly limitations: readonly Row[];
  readonly recommendations: readonly Row[];
}

/** Clicks per 1,000 promoted slates; bounds are null where there are too few slates for an interval. */
interface Part {
  readonly value: number;
  readonly low: number | null;
  readonly high: number | null;
}

/** The numbers that every text below is written from. */
function facts({ decomposition, sensitivity, alternatives }: InterferenceResults) {
  const part = (effect: string): Part => {
    const row = decomposition.find((one) => one.effect === effect);
    if (!row) throw new Error(`The decomposition has no row "${effect}".`);
    const value = known(row, "per_1000_promoted_slates");
    if (value === null) throw new Error(`The decomposition has no value of "${effect}".`);
    return { value, low: known(row, "ci_low_per_1000"), high: known(row, "ci_high_per_1000") };
  };
  const focal = part("Direct focal effect");
  const rivals = part("Indirect same-cluster effect");
  const others = part("Indirect other-item effect");
  const total = part("Total slate effect");
  const turning = sensitivity.filter((row) => row.decision_changes);
  const models = alternatives.filter((row) => row.assumption === "click model");
  return { focal, rivals, others, total, turning, models };
}

/** A number of a row; null where it is missing. @throws Error for anything else */
function known(row: Row, column: string): number | null {
  const value = row[column];
  if (value === null) return null;
  if (typeof value === "number" && Number.isFinite(value)) return value;
  throw new Error(`Column ${column} is ${String(value)} where a number is needed.`);
}

/** What to do by the interval of the total, and why in one sentence. */
function answer({ focal, rivals, others, total }: ReturnType<typeof facts>): string {
  if (total.low === null || total.high === null) {
    return "**Undecided.** There are too few slates for an interval of the slate's total.";
  }
  const doNeighboursLose = rivals.value + others.value < 0;
  if (total.high < 0) {
    return focal.value > 0
      ? "**Do not promote.** The promoted item wins clicks, and its neighbours lose more than it wins."
      : "**Do not promote.** The promoted item wins no clicks, and the slate as a whole loses some.";
  }
  if (total.low > 0) {
    return focal.value > 0 && doNeighboursLose
      ? "**Promote.** What the promoted item wins outweighs what its neighbours lose."
      : "**Promote.** The slate as a whole wins clicks.";
  }
  return "**Undecided.** The slate's total could be a gain or a loss; the experiment is too small to tell.";
}

function rangeText(low: number | null, high: number | null): string {
  return low === null || high === null ? "unknown" : `${whole(low)} to ${whole(high)}`;
}

/** The page that a product manager reads in five minutes. Figures 25, 26, 28 and the tornado must have been saved. */
export function interferenceSummary(results: InterferenceResults): SummaryPage {
  const found = facts(results);
  const { focal, rivals, others, total } = found;
  const range = ({ low, high }: Part) => `95 % interval ${rangeText(low, high)}`;
  const lost = rivals.value + others.value;
  return {
    title: "Promoting one item of a slate: what it wins, what it costs",
    lead: `${answer(found)} In 1,000 promoted slates: ${signed(focal.value)} clicks on the promoted items, ${signed(lost)} on their neighbours, ${signed(total.value)} in all.`,
    sections: [
      {
        heading: "The account",
        text: "A promotion moves one item to the top of a slate. The others move down and stand beside a stronger rival. What becomes of them does not show in the promoted item's own numbers.",
        keyNumbers: [
          {
            label: "Promoted items",
            value: signed(focal.value),
            unit: "clicks per 1,000 slates",
            note: range(focal),
          },
          {
            label: "Items of the same genre",
            value: signed(rivals.value),
            unit: "clicks per 1,000 slates",
            note: range(rivals),
          },
          {
            label: "All other items",
            value: signed(others.value),
            unit: "clicks per 1,000 slates",
            note: range(others),
          },
          {
            label: "Slates in all",
            value: signed(total.value),
            unit: "clicks per 1,000 slates",
            note: range(total),
          },
        ],
        figure: {
          name: "26_final_direct_indirect_total_decomposition",
          alt: `Bars of clicks per 1,000 promoted slates: focal ${whole(focal.value)}, same cluster ${whole(rivals.value)}, others ${whole(others.value)}, total ${whole(total.value)}.`,
        },
      },
      {
        heading: "How sure is this?",
        text: sentences(
          "Promotion was randomized by a coin for each slate, so promoted and other slates are alike up to chance.",
          otherEstimates(results, total.value),
          coverageText(results.coverage),
        ),
        table: { caption: "Effects in their own units", rows: results.mainEffects.map(readable) },
      },
      {
        heading: "Could we promote the right slates only?",
        text: policyText(results.policy),
        figure: {
          name: "28_final_policy_targeting",
          alt: "True clicks gained per 1,000 eligible slates under each targeting rule.",
        },
      },
      {
        heading: "What would change the answer?",
        text: sensitivityText(results.sensitivity, found),
        figure: {
          name: "ch06_tornado",
          alt: "Net clicks per promoted slate when each assumption is varied over its range, the widest first.",
        },
      },
      {
        heading: "What to do",
        table: {
          caption: "Recommendations",
          rows: results.recommendations.map(({ area, recommendation }) => ({
            area: area ?? null,
            recommendation: recommendation ?? null,
          })),
        },
      },
      {
        heading: "What these numbers cannot say",
        table: {
          caption: "Limitations",
          rows: results.limitations.map(({ limitation, consequence }) => ({
            limitation: limitation ?? null,
            consequence: consequence ?? null,
          })),
        },
      },
    ],
  };
}

function readable(row: Row): Row {
  const value = known(row, "per_1000");
  const range = rangeText(known(row, "ci_low_per_1000"), known(row, "ci_high_per_1000"));
  return {
    effect: row.effect ?? null,
    clicks: value === null ? "unknown" : `${signed(value)} (${range})`,
    unit: row.note ?? null,
  };
}

function sentences(...parts: readonly string[]): string {
  return parts.filter((part) => part !== "").join(" ");
}

function otherEstimates({ aipw }: InterferenceResults, total: number): string {
  const row = aipw.find(({ estimator }) => /AIPW/.test(String(estimator)));
  const value = row ? known(row, "estimate") : null;
  if (value === null) return "";
  return `A second method that also uses what is known of each slate (AIPW) puts the total at ${signed(1000 * value)}, beside ${signed(total)} from the plain comparison.`;
}

function coverageText({ replications, promising, kept }: CoverageVerdict): string {
  if (promising === 0) return "";
  const all = kept === promising ? "all" : `${kept}`;
  return `The experiment was repeated ${replications.toLocaleString("en-US")} times in simulation: ${all} of ${promising} methods that promise intervals with 95 % coverage kept the promise.`;
}

function policyText({ policy, value, lower, upper, isBetterThanNone }: BestPolicy): string {
  const interval = `${one(lower)} to ${one(upper)}`;
  if (isBetterThanNone) {
    return `On slates that the model had not seen, the rule "${policy}" is worth ${one(value)} clicks per 1,000 eligible slates (${interval}), more than promoting nobody.`;
  }
  const worth = `On slates that the model had not seen, the best rule ("${policy}") is worth ${one(value)} clicks per 1,000 eligible slates (${interval}).`;
  return value > 0
    ? `Perhaps. ${worth} The interval holds 0, which is what promoting nobody is worth: the rule may be no better than that.`
    : `No. ${worth} That is no better than promoting nobody, which is worth 0.`;
}

function sensitivityText(
  sensitivity: readonly SensitivityRow[],
  { turning, models }: ReturnType<typeof facts>,
): string {
  const baseline = sensitivity[0];
  if (!baseline) return "No assumption was varied.";
  const first =
    turning.length === 0
      ? "None of the assumptions, varied one at a time, turns the decision."
      : `The decision turns with: ${turning.map(({ parameter }) => parameter.toLowerCase()).join("; ")}.`;
  if (models.length === 0) return first;
  const decided = baseline.baseline > 0 ? "promote" : "do not promote";
  const other = models.filter(({ decision }) => decision !== decided);
  if (other.length === 0) return `${first} It is the same under all click models that were tried.`;
  const names = other.map(({ setting }) => String(setting)).join(", ");
  const net = other.map((row) => 1000 * (known(row, "net_clicks_per_slate") ?? 0));
  const range = [...new Set([Math.min(...net), Math.max(...net)].map(signed))].join(" to ");
  return `${first} It also turns under other models of attention (${names}): there 1,000 promoted slates come to ${range} clicks in all. Which model is right, only an experiment can tell.`;
}

/** The summary as Markdown, for a repository or a mail. */
export function interferenceMarkdown(results: InterferenceResults): string {
  const found = facts(results);
  const { focal, rivals, others, total } = found;
  const line = (name: string, { value, low, high }: Part) =>
    `| ${name} | ${signed(value)} | ${rangeText(low, high)} |`;
  return [
    "# Interference and spillovers in recommendation slates",
    "",
    answer(found),
    "",
    "| per 1,000 promoted slates | clicks | 95 % interval |",
    "|---|---|---|",
    line("promoted items", focal),
    line("items of the same cluster", rivals),
    line("all other items", others),
    line("slates in all", total),
    "",
    "## Targeting",
    "",
    policyText(results.policy),
    "",
    "## Sensitivity",
    "",
    sensitivityText(results.sensitivity, found),
    "",
    "## Recommendations",
    "",
    ...results.recommendations.map(
      ({ area, recommendation }) => `- **${area ?? "General"}.** ${recommendation ?? ""}`,
    ),
    "",
    "## Limitations",
    "",
    ...results.limitations.map(
      ({ limitation, consequence }) => `- **${limitation}.** ${consequence}`,
    ),
    "",
  ].join("\n");
}

/** What was done and found, in a few lines for a technical reader. */
export function interferenceBullets(results: InterferenceResults): string {
  const { focal, total, turning } = facts(results);
  return [
    "# Technical summary",
    "",
    "- Promotions randomized by slate; exposures mapped to direct, same-cluster, other and none; exposure probabilities exact.",
    `- Direct effect ${signed(focal.value)} and total effect ${signed(total.value)} clicks per 1,000 promoted slates, standard errors clustered by slate.`,
    `- Methods: differences clustered by slate, Horvitz-Thompson and Hajek by exposure, randomization tests, regression adjustment, CUPED, cross-fitted AIPW. ${coverageText(results.coverage)}`,
    `- ${results.itemTest.designs} experiments compared in ${results.itemTest.worlds} worlds with known global effect: read as an effect on the slate, a coin per item has the wrong sign in ${results.itemTest.wrongSigns} of them.`,
    `- Targeting by held-out policy value: best rule "${results.policy.policy}", ${one(results.policy.value)} clicks per 1,000 eligible slates (${one(results.policy.lower)} to ${one(results.policy.upper)}), against 0 for promoting nobody.`,
    `- Assumptions that turn the decision when varied alone: ${turning.length} of ${results.sensitivity.length}.`,
    "",
  ].join("\n");
}

function whole(value: number): string {
  return value.toFixed(0).replace(/^-0$/, "0").replace("-", "−");
}

function one(value: number): string {
  return value
    .toFixed(1)
    .replace(/^-0\.0$/, "0.0")
    .replace("-", "−");
}

function signed(value: number): string {
  const text = whole(value);
  return value > 0 && text !== "0" ? `+${text}` : text;
}
