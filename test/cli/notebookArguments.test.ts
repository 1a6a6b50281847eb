import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { type ChapterFile, chosenChapters } from "../../lib/cli/chapters";
import { notebookRequest } from "../../lib/cli/notebookArguments";

const folder = mkdtempSync(join(tmpdir(), "arguments-test-"));
after(() => rmSync(folder, { recursive: true, force: true }));
writeFileSync(join(folder, "a.zip"), "");

describe("notebookRequest", () => {
  it("takes names and paths, relative to where they were typed", () => {
    assert.deepEqual(
      notebookRequest(["x/01", "--movielens", "a.zip", "--out=results", "y"], folder),
      {
        names: ["x/01", "y"],
        movielens: join(folder, "a.zip"),
        kuairec: undefined,
        out: join(folder, "results"),
        help: false,
      },
    );
    assert.equal(notebookRequest(["-h"], folder).help, true);
  });

  for (const [argv, sentence] of [
    [["--movielense", "a.zip"], /Unknown flag --movielense\./],
    [["--movielens"], /--movielens needs a path after it/],
    [["--movielens", "--out", "x"], /--movielens needs a path after it/],
    [["--out="], /--out needs a path after it/],
    [["--out", "x", "--out", "y"], /--out is given twice/],
    [["--kuairec", "b.zip"], /--kuairec: there is no file .*b\.zip/],
    [["--movielens", "."], /--movielens: .* is a folder\. Name the zip file itself/],
  ] as const) {
    it(`refuses ${argv.join(" ")}`, () => {
      assert.throws(() => notebookRequest(argv, folder), {
        name: "RequestError",
        message: sentence,
      });
    });
  }
});

describe("chosenChapters", () => {
  const all: ChapterFile[] = [
    ["a", "01_first"],
    ["a", "02_second"],
    ["b", "01_other"],
  ].map(([course, title]) => ({
    course: course!,
    number: title!.slice(0, 2),
    title: title!,
    path: `/notebooks/${course}/${title}.ipynb`,
  }));
  const titles = (names: string[]) => chosenChapters(all, names).map(({ title }) => title);

  it("takes all, a course, a chapter by number, title or file", () => {
    assert.deepEqual(titles([]), ["01_first", "02_second", "01_other"]);
    assert.deepEqual(titles(["a"]), ["01_first", "02_second"]);
    assert.deepEqual(titles(["b/01", "a/02"]), ["02_second", "01_other"]);
    assert.deepEqual(titles(["a/", "a/01", "notebooks/a/01_first.ipynb"]), [
      "01_first",
      "02_second",
    ]);
    assert.deepEqual(titles(["a/02_second"]), ["02_second"]);
  });

  it("names what there is when a name means nothing", () => {
    assert.throws(
      () => titles(["a/03"]),
      /There is no notebook "a\/03"\. There are:\n {2}a\/01_first\n {2}a\/02_second\n {2}b\/01_other/,
    );
    assert.throws(() => chosenChapters([], []), /There are no notebooks/);
  });
});
