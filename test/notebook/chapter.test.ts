import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, it } from "node:test";
import type { MimeBundle } from "../../lib/kernel/cell";
import { bars } from "../../lib/notebook/bars";
import { browserPath } from "../../lib/notebook/browserPath";
import { chapter } from "../../lib/notebook/chapter";
import { closeDrawing } from "../../lib/notebook/png";
import type { Provenance } from "../../lib/notebook/provenance";
import { decoded, real, rememberingCell, synthetic, temporaryFolder } from "./support";

const rows = [
  { rating: 0.5, count: 3, title: "x, y" },
  { rating: 5, count: 9, title: "<b>" },
];
const figure = bars(rows, {
  category: "rating",
  value: "count",
  title: "Ratings",
  xTitle: "Rating (stars)",
  yTitle: "Ratings",
});

let writeup: string;
let shown: MimeBundle[];

beforeEach(() => {
  process.env.LAB_OUT = temporaryFolder();
  writeup = join(process.env.LAB_OUT, "a_course", "writeup");
  shown = rememberingCell();
});

const read = (file: string) => readFileSync(join(writeup, file), "utf8");
const text = (bundle: MimeBundle | undefined, mime: string) => String(bundle?.[mime]);

describe("a table", () => {
  it("is shown and saved under the chapter's number", async () => {
    await chapter("a_course", "01", real).table("ratings", rows, { note: "All of them." });
    assert.equal(read("tables/01_ratings.csv"), 'rating,count,title\n0.5,3,"x, y"\n5,9,<b>\n');
    assert.equal(shown.length, 1);
    const html = text(shown[0], "text/html");
    assert.match(html, /<td[^>]*>&lt;b&gt;<\/td>/);
    assert.match(
      html,
      /All of them\..*writeup\/tables\/01_ratings\.csv · ml-latest-small, ml-latest-small\.zip, sha256 696d65a3dfce/s,
    );
    assert.match(text(shown[0], "text/plain"), /rating +count +title\n.*0\.5 +3 +x, y/s);
    assert.doesNotMatch(html, /synthetic/);
  });

  it("says that synthetic data are synthetic", async () => {
    await chapter("a_course", "01", [real, synthetic]).table("ratings", rows);
    assert.match(
      text(shown[0], "text/html"),
      /data-lab-synthetic="true".*<strong[^>]*>synthetic data<\/strong>, ml-synthetic, ml-synthetic\.zip, sha256 0f1e2d3c4b5a, seed 7/s,
    );
    assert.match(text(shown[0], "text/plain"), /synthetic data, ml-synthetic/);
  });

  it("shows the first rows of a long one and saves all", async () => {
    const long = Array.from({ length: 100 }, (_, n) => ({ n }));
    await chapter("a_course", "01", real).table("long", long, { limit: 3 });
    assert.equal(text(shown[0], "text/html").match(/<tr>/g)?.length, 4);
    assert.match(text(shown[0], "text/html"), /First 3 of 100 rows\./);
    assert.equal(read("tables/01_long.csv").split("\n").length, 102);
  });

  it("leaves nothing unfinished, and nothing at all for a table that cannot be one", async () => {
    const lab = chapter("a_course", "01", real);
    await assert.rejects(lab.table("bad", [{ a: {} }] as never), /Row 1, column "a"/);
    assert.equal(existsSync(join(writeup, "tables")), false);
    await lab.table("good", rows);
    assert.deepEqual(readdirSync(join(writeup, "tables")), ["01_good.csv"]);
  });

  it("is saved a second time under another name, without the chapter's number", async () => {
    await chapter("a_course", "06", synthetic).table("ratings", rows, { alsoAs: "final_ratings" });
    assert.deepEqual(readdirSync(join(writeup, "tables")), ["06_ratings.csv", "final_ratings.csv"]);
    assert.equal(read("tables/final_ratings.csv"), read("tables/06_ratings.csv"));
    const html = text(shown[0], "text/html");
    assert.match(html, /writeup\/tables\/06_ratings\.csv, writeup\/tables\/final_ratings\.csv/);
    assert.equal(html.match(/data-lab-table=/g)?.length, 1);
    const { files } = JSON.parse(read("06_provenance.json")) as Provenance;
    assert.deepEqual(
      files.map(({ file, synthetic: made }) => [file, made]),
      [
        ["tables/06_ratings.csv", true],
        ["tables/final_ratings.csv", true],
      ],
    );
  });

  it("is not saved at all where the second name is no file name", async () => {
    for (const alsoAs of ["../final", "", "a b"]) {
      const saving = chapter("a_course", "06", real).table("ratings", rows, { alsoAs });
      await assert.rejects(saving, /cannot be part of a file name/);
    }
    assert.equal(existsSync(join(writeup, "tables")), false);
  });

  it("cuts long texts after 60 characters, or as many as asked, and saves them whole", async () => {
    const lab = chapter("a_course", "01", real);
    const long = "abcdefghij".repeat(12);
    await lab.table("short", [{ long }]);
    await lab.table("longer", [{ long }], { characters: 100 });
    await lab.table("whole", [{ long }], { characters: 120 });
    const letters = (bundle: MimeBundle | undefined) =>
      /<td[^>]*>([a-j]*)(.*?)<\/td>/.exec(text(bundle, "text/html"))!;
    const [short, longer, whole] = shown.map(letters);
    assert.ok(short![1]!.length <= 60 && short![1]!.length > 55, `${short![1]!.length} letters`);
    assert.ok(longer![1]!.length <= 100 && longer![1]!.length > 95);
    assert.deepEqual([whole![1], whole![2]], [long, ""]);
    assert.notEqual(short![2], "");
    for (const name of ["short", "longer", "whole"]) {
      assert.equal(read(`tables/01_${name}.csv`), `long\n${long}\n`);
    }
  });

  it("refuses names that are no file names", async () => {
    const lab = chapter("a_course", "01", real);
    assert.throws(() => lab.table("../x", rows), /"\.\.\/x" cannot be part of a file name/);
    assert.throws(() => chapter("a/course", "01", real), /course "a\/course"/);
  });

  it("is neither shown nor saved in a cell that was interrupted", async () => {
    const interrupted = rememberingCell(AbortSignal.abort(new Error("interrupted")));
    await assert.rejects(chapter("a_course", "01", real).table("x", rows), /interrupted/);
    assert.deepEqual(interrupted, []);
    assert.equal(existsSync(join(writeup, "tables")), false);
  });
});

describe("provenance", () => {
  it("lists every file with its own checksum and what it was made from", async () => {
    const lab = chapter("a_course", "01", synthetic);
    process.env.LAB_BROWSER = "none";
    await lab.table("b", rows);
    await lab.table("a", rows);
    await lab.figure("01_f", figure);
    await chapter("a_course", "01", real).table("b", rows.slice(1));
    const provenance = JSON.parse(read("01_provenance.json")) as Provenance;
    assert.equal(provenance.course, "a_course");
    assert.match(provenance.files[0]!.library, /^\d+\.\d+\.\d+/);
    assert.deepEqual(
      provenance.files.map(({ file, synthetic: s }) => [file, s]),
      [
        ["figures/01_f.html", true],
        ["figures/01_f.json", true],
        ["tables/01_a.csv", true],
        ["tables/01_b.csv", false],
      ],
    );
    assert.deepEqual(provenance.files[2]?.sources, [synthetic]);
    assert.deepEqual(provenance.files[3]?.sources, [real]);
    for (const { file, sha256 } of provenance.files) {
      assert.equal(createHash("sha256").update(read(file)).digest("hex"), sha256);
    }
  });

  it("begins anew when its file was broken", async () => {
    const lab = chapter("a_course", "01", real);
    await lab.table("a", rows);
    const { writeFileSync } = await import("node:fs");
    writeFileSync(join(writeup, "01_provenance.json"), '{"files": [');
    await lab.table("b", rows);
    assert.equal((JSON.parse(read("01_provenance.json")) as Provenance).files.length, 1);
  });
});

describe("a figure without a browser", () => {
  beforeEach(() => {
    process.env.LAB_BROWSER = "none";
  });

  it("becomes a page, and says why", async () => {
    await chapter("a_course", "01", synthetic).figure("01_f", figure, { note: "Look." });
    assert.deepEqual(readdirSync(join(writeup, "figures")).sort(), [
      "01_f.html",
      "01_f.json",
      "plotly.min.js",
    ]);
    assert.match(
      read("figures/01_f.html"),
      /<script src="plotly\.min\.js">.*Plotly\.newPlot\("figure", \[/s,
    );
    const [drawn, caption] = shown;
    assert.deepEqual(Object.keys(drawn!), [
      "application/vnd.plotly.v1+json",
      "text/html",
      "text/plain",
    ]);
    assert.match(text(drawn, "text/html"), /Ratings: <a href="figures\/01_f\.html">/);
    assert.match(
      text(caption, "text/html"),
      /Look\. No PNG files, because no Chrome, Chromium or Edge was found\./,
    );
  });

  it("says why once in a chapter", async () => {
    const lab = chapter("a_course", "01", real);
    await lab.figure("01_f", figure);
    await lab.figure("02_f", figure);
    assert.match(text(shown[1], "text/html"), /No PNG files/);
    assert.doesNotMatch(text(shown[3], "text/html"), /No PNG/);
    assert.match(text(shown[3], "text/html"), /figures\/02_f\.html/);
  });

  it("keeps text that would end its script", async () => {
    const hostile = bars([{ t: "</script><script>alert(1)</script>", n: 1 }], {
      category: "t",
      value: "n",
      title: "</script>",
      xTitle: "t",
      yTitle: "n",
    });
    await chapter("a_course", "01", real).figure("01_f", hostile);
    assert.equal(read("figures/01_f.html").match(/<\/script>/g)?.length, 2);
    assert.equal(text(shown[0], "text/html").match(/<\/script>/g)?.length, 1);
  });
});

describe("a figure", () => {
  beforeEach(() => {
    delete process.env.LAB_BROWSER;
  });

  it("is saved as JSON with its source in the picture and in the record", async () => {
    process.env.LAB_BROWSER = "none";
    await chapter("a_course", "01", synthetic).figure("01_f", figure);
    const saved = JSON.parse(read("figures/01_f.json"));
    const texts = saved.layout.annotations.map((annotation: { text: string }) => annotation.text);
    assert.deepEqual(texts, [
      "synthetic data, ml-synthetic, ml-synthetic.zip, sha256 0f1e2d3c4b5a, seed 7",
    ]);
    assert.deepEqual(saved.layout.meta.sources, [synthetic]);
    assert.equal(saved.layout.meta.synthetic, true);
    assert.deepEqual(saved.data, figure.data);
  });

  it("adapts to the width of the cell on screen, not in its file", async () => {
    process.env.LAB_BROWSER = "none";
    await chapter("a_course", "01", real).figure("01_f", figure);
    const screen = shown[0]?.["application/vnd.plotly.v1+json"] as {
      layout: Record<string, unknown>;
    };
    assert.equal(screen.layout.width, undefined);
    assert.equal(screen.layout.autosize, true);
    assert.equal(JSON.parse(read("figures/01_f.json")).layout.width, 900);
  });

  it("is drawn as a PNG of 160 dots an inch that shows something", async (t) => {
    if (browserPath() === undefined) return t.skip("no Chrome, Chromium or Edge on this machine");
    t.after(closeDrawing);
    await chapter("a_course", "01", synthetic).figure("01_f", figure);
    const png = readFileSync(join(writeup, "figures", "01_f.png"));
    const picture = decoded(png);
    assert.deepEqual([picture.width, picture.height], [1440, 720]);
    assert.equal(picture.dotsPerMetre, Math.round(160 / 0.0254));
    assert.ok(picture.colors > 20, `${picture.colors} colours`);
    assert.ok(picture.inked > 0.05 && picture.inked < 0.9, `${picture.inked} of it inked`);
    assert.deepEqual(JSON.parse(picture.texts.Source!).sources, [synthetic]);
    const [drawn, caption] = shown;
    assert.deepEqual(Object.keys(drawn!), [
      "application/vnd.plotly.v1+json",
      "image/png",
      "text/plain",
    ]);
    assert.equal(text(drawn, "image/png"), png.toString("base64"));
    assert.equal(text(drawn, "text/plain").split("\n")[0], "Ratings (1 series, 2 points)");
    assert.match(text(caption, "text/html"), /data-lab-figure="writeup\/figures\/01_f\.png"/);
  });

  it("stays interactive on a page that is asked for it", async (t) => {
    if (!browserPath()) return t.skip("no browser on this machine");
    await chapter("a_course", "01", real).figure("01_f", figure, { interactive: true });
    closeDrawing();
    assert.deepEqual(readdirSync(join(writeup, "figures")).sort(), [
      "01_f.html",
      "01_f.json",
      "01_f.png",
      "plotly.min.js",
    ]);
    assert.match(text(shown[0], "text/html"), /Plotly\.newPlot/);
    assert.ok(shown[0]?.["image/png"]);
  });

  it("that is not asked for it is no page where it can be drawn", async (t) => {
    if (!browserPath()) return t.skip("no browser on this machine");
    await chapter("a_course", "01", real).figure("01_f", figure);
    closeDrawing();
    assert.deepEqual(readdirSync(join(writeup, "figures")).sort(), ["01_f.json", "01_f.png"]);
    assert.equal(shown[0]?.["text/html"], undefined);
  });

  it("names all its files, once each, also where it is a page for want of a browser", async (t) => {
    process.env.LAB_BROWSER = "none";
    await chapter("a_course", "01", real).figure("01_f", figure, { interactive: true });
    assert.match(
      text(shown[1], "text/html"),
      /writeup\/figures\/01_f\.html, writeup\/figures\/01_f\.json/,
    );
    delete process.env.LAB_BROWSER;
    if (!browserPath()) return t.skip("no browser on this machine");
    t.after(closeDrawing);
    await chapter("a_course", "01", real).figure("01_f", figure, { interactive: true });
    assert.match(
      text(shown[3], "text/html"),
      /writeup\/figures\/01_f\.png, writeup\/figures\/01_f\.html, writeup\/figures\/01_f\.json/,
    );
  });

  it("is shown all the same when the browser cannot draw it", async () => {
    process.env.LAB_BROWSER = process.execPath;
    await chapter("a_course", "01", real).figure("01_f", figure);
    assert.match(text(shown[1], "text/html"), /No PNG: .*ended \(exit code \d+\)/);
    assert.ok(existsSync(join(writeup, "figures", "01_f.html")));
  });

  it("names a LAB_BROWSER that is no program", async () => {
    process.env.LAB_BROWSER = join(writeup, "nowhere");
    await assert.rejects(
      chapter("a_course", "01", real).figure("01_f", figure),
      /LAB_BROWSER is ".*nowhere"/,
    );
  });
});

describe("a sentence", () => {
  it("is shown in Markdown", () => {
    chapter("a_course", "01", real).say`The sample holds **${4018}** users.`;
    assert.equal(text(shown[0], "text/markdown"), "The sample holds **4,018** users.");
    assert.equal(text(shown[0], "text/plain"), "The sample holds **4,018** users.");
  });
});
