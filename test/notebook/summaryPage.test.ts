import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, it } from "node:test";
import type { MimeBundle } from "../../lib/kernel/cell";
import { bars } from "../../lib/notebook/bars";
import { chapter } from "../../lib/notebook/chapter";
import { markdownHtml } from "../../lib/notebook/markdownHtml";
import type { Provenance } from "../../lib/notebook/provenance";
import { type SummaryContext, type SummaryPage, summaryPage } from "../../lib/notebook/summaryPage";
import { real, rememberingCell, synthetic, temporaryFolder } from "./support";

/** The head of a PNG of 320 x 160 dots: all that a page looks at. */
const picture = Buffer.alloc(33);
picture.set([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
picture.writeUInt32BE(320, 16);
picture.writeUInt32BE(160, 20);

const context: SummaryContext = {
  sources: [real],
  library: "1.2.3",
  figure: (name) => (name === "undrawn" ? undefined : picture),
};
const page: SummaryPage = {
  title: "Does it pay?",
  lead: "**Yes**, by a little.",
  sections: [
    {
      heading: "What we found",
      text: "First.\n\n## Second\n\n- one\n- two",
      keyNumbers: [
        { label: "Clicks", value: 36000, unit: "a day", note: "of *all*" },
        { label: "Share", value: 0.123456 },
        { label: "Unknown", value: null },
      ],
      figure: { name: "f", alt: "It pays from 3 on.", caption: "Estimates" },
    },
    {
      heading: "Table",
      table: {
        caption: "By genre",
        rows: [
          { genre: "Drama & <i>", effect: 1.5, n: 12000 },
          { genre: "Comedy", effect: -2, n: null },
        ],
      },
    },
  ],
};
const html = summaryPage(page, context);

describe("a summary page", () => {
  it("is one file: no script, no style sheet, no picture of another place", () => {
    assert.match(html, /^<!doctype html>\n<html lang="en">/);
    assert.doesNotMatch(html, /<script|<link|@import|url\(/);
    for (const [, source] of html.matchAll(/src="([^"]*)"/g)) {
      assert.match(source!, /^data:image\/png;base64,/);
    }
    assert.ok(html.includes(picture.toString("base64")));
    assert.match(html, /width="200" height="100"/);
  });

  it("has its headings in order, each level below the one before", () => {
    const levels = [...html.matchAll(/<h([1-6])/g)].map(([, level]) => Number(level));
    assert.deepEqual(levels, [1, 2, 3, 2]);
  });

  it("gives pictures an alt text, tables a caption and heads with a scope", () => {
    assert.match(html, /alt="It pays from 3 on\."/);
    assert.match(html, /<caption>By genre<\/caption>/);
    assert.equal(html.match(/<th scope="col"/g)?.length, 3);
    assert.equal(html.match(/<th scope="row"/g)?.length, 2);
    assert.match(html, /<th scope="row">Drama &amp; &lt;i&gt;<\/th><td class="number">1\.5<\/td>/);
  });

  it("writes numbers for reading", () => {
    const values = [...html.matchAll(/class="value">([^<]*)</g)].map(([, value]) => value);
    assert.deepEqual(values, ["36,000", "0.1235", "missing"]);
    assert.match(html, /<span class="unit">a day<\/span><\/dd><dd class="note">of <em>all<\/em>/);
  });

  it("names its source with the checksum, and the library's version", () => {
    assert.match(
      html,
      /Source: ml-latest-small, .*sha256 696d65a3dfce\. Made with version 1\.2\.3/,
    );
    assert.ok(html.includes(real.sha256));
    assert.doesNotMatch(html, /SYNTHETIC/);
  });

  it("says on top and in its title that synthetic data are synthetic", () => {
    const made = summaryPage(page, { ...context, sources: [real, synthetic] });
    assert.match(made, /<body>\n<p class="synthetic" role="note"><strong>SYNTHETIC DATA<\/strong>/);
    assert.match(made, /<title>Does it pay\? \(synthetic data\)<\/title>/);
    assert.match(made, /Source: .*; synthetic data, ml-synthetic/);
  });

  it("escapes every text it is given", () => {
    const evil = `"><script>alert("x")</script>`;
    const hostile = summaryPage(
      {
        title: evil,
        lead: evil,
        sections: [
          {
            heading: evil,
            text: evil,
            keyNumbers: [{ label: evil, value: evil, unit: evil, note: evil }],
            table: { caption: evil, rows: [{ [evil]: evil }] },
            figure: { name: "f", alt: evil, caption: evil },
          },
        ],
      },
      { ...context, library: evil, sources: [{ ...real, dataset: evil }] },
    );
    assert.doesNotMatch(hostile, /<script|"">|<\/script/);
    assert.equal(hostile.match(/&lt;script&gt;/g)?.length, 19);
  });

  it("shows the first rows of a long table and says of how many", () => {
    const rows = Array.from({ length: 1500 }, (_, n) => ({ n }));
    const long = summaryPage(
      { ...page, sections: [{ heading: "h", table: { caption: "All", rows, limit: 3 } }] },
      context,
    );
    assert.match(long, /<caption>All First 3 of 1,500 rows\.<\/caption>/);
    assert.equal(long.match(/<tr>/g)?.length, 4);
  });

  it("says what a figure without a picture would show", () => {
    const sections = [{ heading: "h", figure: { name: "undrawn", alt: "It pays." } }];
    const without = summaryPage({ ...page, sections }, context);
    assert.match(
      without,
      /<p>It pays\.<\/p>\n<p class="note">The figure undrawn was saved without/,
    );
  });

  it("refuses to be without a title, a lead, a heading, a caption or an alt text", () => {
    const refused = (change: Partial<SummaryPage>, message: RegExp) =>
      assert.throws(() => summaryPage({ ...page, ...change }, context), message);
    refused({ title: " " }, /has no title/);
    refused({ lead: "" }, /has no lead/);
    refused({ sections: [{ heading: "" }] }, /has no heading of section 1/);
    refused(
      { sections: [{ heading: "h", figure: { name: "f", alt: "" } }] },
      /has no alt text of the figure "f"/,
    );
    refused(
      { sections: [{ heading: "h", table: { caption: "", rows: [] } }] },
      /has no caption of the table under "h"/,
    );
  });
});

describe("markdown", () => {
  const cases: [string, string][] = [
    ["one\ntwo\n\nthree", "<p>one two</p>\n<p>three</p>"],
    ["a **b** *c* `d *e*`", "<p>a <strong>b</strong> <em>c</em> <code>d *e*</code></p>"],
    ["2 * 3 * 4 and a*b*c", "<p>2 * 3 * 4 and a*b*c</p>"],
    [
      "text:\n- a\n- b\n  more\n1. c",
      "<p>text:</p>\n<ul>\n<li>a</li>\n<li>b more</li>\n</ul>\n<ol>\n<li>c</li>\n</ol>",
    ],
    ["## A\n#### B\n## C", "<h3>A</h3>\n<h4>B</h4>\n<h3>C</h3>"],
    [
      "[x](https://a.b/c?d=e) [y](t/f.csv)",
      '<p><a href="https://a.b/c?d=e">x</a> <a href="t/f.csv">y</a></p>',
    ],
    ["[x](javascript:alert) [y](data:text)", "<p>[x](javascript:alert) [y](data:text)</p>"],
    ["<b>&", "<p>&lt;b&gt;&amp;</p>"],
    ["", ""],
  ];
  for (const [text, expected] of cases) {
    it(`reads ${JSON.stringify(text)}`, () => assert.equal(markdownHtml(text), expected));
  }
});

describe("a chapter's pages and texts", () => {
  let writeup: string;
  let shown: MimeBundle[];
  beforeEach(() => {
    process.env.LAB_OUT = temporaryFolder();
    process.env.LAB_BROWSER = "none";
    writeup = join(process.env.LAB_OUT, "a_course", "writeup");
    shown = rememberingCell();
  });
  const read = (file: string) => readFileSync(join(writeup, file), "utf8");
  const noted = () =>
    (JSON.parse(read("01_provenance.json")) as Provenance).files.map(({ file }) => file);

  it("saves a page with the figures it saved before, noted, and shows a link", async () => {
    const lab = chapter("a_course", "01", synthetic);
    const figure = bars([{ g: "a", n: 1 }], {
      ...{ title: "t", xTitle: "x", yTitle: "y" },
      category: "g",
      value: "n",
    });
    await lab.figure("f", figure);
    await lab.page("summary", page);
    assert.match(read("summary.html"), /The figure f was saved without a picture/);
    assert.match(read("summary.html"), /SYNTHETIC DATA/);
    assert.deepEqual(noted(), ["figures/f.html", "figures/f.json", "summary.html"]);
    const link = String(shown.at(-1)!["text/html"]);
    assert.match(link, /<a href="writeup\/summary\.html">/);
    assert.match(link, /data-lab-page="writeup\/summary\.html" data-lab-synthetic="true"/);
  });

  it("refuses a page whose figure was not saved, or whose name is no file name", async () => {
    const lab = chapter("a_course", "01", real);
    await assert.rejects(
      lab.page("summary", page),
      /no saved figure "f".*Save it with lab\.figure/,
    );
    assert.equal(existsSync(join(writeup, "summary.html")), false);
    await assert.rejects(lab.page("../x", page), /"\.\.\/x" cannot be part of a file name/);
  });

  it("saves Markdown with its source, and shows it", async () => {
    await chapter("a_course", "01", real).text("report.md", "# Report\n\nFine.\n");
    assert.match(
      read("report.md"),
      /^# Report\n\nFine\.\n\n\*Source: ml-latest-small, .*sha256 696d65a3dfce\. Made with version [\d.]+ of the library\.\*\n$/,
    );
    assert.deepEqual(noted(), ["report.md"]);
    assert.equal(shown[0]!["text/markdown"], "# Report\n\nFine.\n");
    await chapter("a_course", "01", synthetic).text("report", "Fine.");
    assert.match(read("report.md"), /^> \*\*SYNTHETIC DATA\*\*/);
  });
});
