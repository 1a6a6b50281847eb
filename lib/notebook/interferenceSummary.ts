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

/** The numbers that every text below is written from. */
function facts(results: InterferenceResults) {
  const part = (effect: string) => {
    const row = results.decomposition.find((one) => one.effect === effect);
    if (!row) throw new Error(`The decomposition has no row "${effect}".`);
    const number = (column: string) => Number(row[column]);
    return {
      value: number("per_1000_promoted_slates"),
      low: number("ci_low_per_1000"),
      high: number("ci_high_per_1000"),
    };
  };
  const focal = part("Direct focal effect");
  const rivals = part("Indirect same-cluster effect");
  const others = part("Indirect other-item effect");
  const total = part("Total slate effect");
  const verdict: Verdict =
    total.high < 0 ? "do not promote" : total.low > 0 ? "promote" : "undecided";
  const turning = results.sensitivity.filter((row) => row.decision_changes);
  const baseline = results.sensitivity[0]?.baseline ?? Number.NaN;
  const models = results.alternatives.filter((row) => row.assumption === "click model");
  return { focal, rivals, others, total, verdict, turning, baseline, models };
}

type Verdict = "promote" | "do not promote" | "undecided";

const ANSWERS: Readonly<Record<Verdict, string>> = {
  "do not promote":
    "**Do not promote.** The promoted item wins clicks, and the slate as a whole loses more than that.",
  promote: "**Promote.** What the promoted item wins outweighs what its neighbours lose.",
  undecided:
    "**Undecided.** The slate's total could be a gain or a loss; the experiment is too small to tell.",
};

/** The page that a product manager reads in five minutes. Figures 25, 26, 28 and the tornado must have been saved. */
export function interferenceSummary(results: InterferenceResults): SummaryPage {
  const { focal, rivals, others, total, verdict, turning, models } = facts(results);
  const range = ({ low, high }: { low: number; high: number }) =>
    `95 % interval ${whole(low)} to ${whole(high)}`;
  const lost = rivals.value + others.value;
  return {
    title: "Promoting one item of a slate: what it wins, what it costs",
    lead: `${ANSWERS[verdict]} In 1,000 promoted slates: ${signed(focal.value)} clicks on the promoted items, ${signed(lost)} on their neighbours, ${signed(total.value)} in all.`,
    sections: [
      {
        heading: "The account",
        text: "A promotion moves one item to the top of a slate. The others move down and stand beside a stronger rival. What they lose does not show in the promoted item's own numbers.",
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
        text: `Promotion was randomized by a coin for each slate, so promoted and other slates are alike up to chance. ${otherEstimates(results, total.value)} ${coverageText(results.coverage)}`,
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
        text: sensitivityText(turning, models),
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

function readable({ effect, per_1000, ci_low_per_1000, ci_high_per_1000, note }: Row): Row {
  return {
    effect: effect ?? null,
    clicks: `${signed(Number(per_1000))} (${whole(Number(ci_low_per_1000))} to ${whole(Number(ci_high_per_1000))})`,
    unit: note ?? null,
  };
}

function otherEstimates({ aipw }: InterferenceResults, total: number): string {
  const row = aipw.find(({ estimator }) => /AIPW/.test(String(estimator)));
  if (!row) return "";
  const value = 1000 * Number(row.estimate);
  return `A second method that also uses what is known of each slate (AIPW) puts the total at ${signed(value)}, beside ${signed(total)} from the plain comparison.`;
}

function coverageText({ replications, promising, kept }: CoverageVerdict): string {
  const all = kept === promising ? "all" : `${kept}`;
  return `The experiment was repeated ${replications.toLocaleString("en-US")} times in simulation: ${all} of ${promising} methods that promise intervals with 95 % coverage kept the promise.`;
}

function policyText({ policy, value, lower, upper, isBetterThanNone }: BestPolicy): string {
  const interval = `${one(lower)} to ${one(upper)}`;
  if (isBetterThanNone) {
    return `On slates that the model had not seen, the rule "${policy}" is worth ${one(value)} clicks per 1,000 eligible slates (${interval}), more than promoting nobody.`;
  }
  return `No. On slates that the model had not seen, the best rule ("${policy}") is worth ${one(value)} clicks per 1,000 eligible slates (${interval}). That is no better than promoting nobody, which is worth 0.`;
}

function sensitivityText(turning: readonly SensitivityRow[], models: readonly Row[]): string {
  const first =
    turning.length === 0
      ? "None of the assumptions, varied one at a time, turns the decision."
      : `The decision turns with: ${turning.map(({ parameter }) => parameter.toLowerCase()).join("; ")}.`;
  const paying = models
    .filter(({ decision }) => decision === "promote")
    .map(({ setting }) => String(setting));
  const second =
    paying.length === 0
      ? "It is the same under all click models that were tried."
      : `Under other models of attention (${paying.join(", ")}) a promotion moves clicks between items and the slate's total hardly changes. The size of the loss is an assumption; that neighbours pay for the gain is not.`;
  return `${first} ${second}`;
}

/** The summary as Markdown, for a repository or a mail. */
export function interferenceMarkdown(results: InterferenceResults): string {
  const { focal, rivals, others, total, verdict, turning, models } = facts(results);
  const line = (name: string, { value, low, high }: typeof focal) =>
    `| ${name} | ${signed(value)} | ${whole(low)} to ${whole(high)} |`;
  return [
    "# Interference and spillovers in recommendation slates",
    "",
    ANSWERS[verdict],
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
    sensitivityText(turning, models),
    "",
    "## Recommendations",
    "",
    ...results.recommendations.map(
      ({ area, recommendation }) => `- **${area}.** ${recommendation}`,
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
