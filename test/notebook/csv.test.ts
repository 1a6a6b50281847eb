import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { csvText } from "../../lib/notebook/csv";
import { tableOf } from "../../lib/notebook/table";

const csv = (rows: Parameters<typeof tableOf>[0]) => csvText(tableOf(rows));

describe("csvText", () => {
  it("writes a header and one line a row, quoting only what needs it", () => {
    const rows = [
      { movieId: 1, title: "Toy Story (1995)", note: "plain" },
      { movieId: 2, title: 'American President, The "uncut"', note: "two\nlines" },
      { movieId: 3, title: "", note: "carriage\rreturn" },
    ];
    assert.equal(
      csv(rows),
      'movieId,title,note\n1,Toy Story (1995),plain\n2,"American President, The ""uncut""","two\nlines"\n3,,"carriage\rreturn"\n',
    );
  });

  it("quotes a column name that needs it", () => {
    assert.equal(csv([{ "10%": 1, "a,b": 2 }]), '10%,"a,b"\n1,2\n');
  });

  // pandas 2: pd.DataFrame({"b": [True, False], "x": [None, 0.1]}).to_csv(index=False)
  it("writes booleans and missing values as pandas does", () => {
    const rows = [
      { b: true, x: null, y: Number.NaN },
      { b: false, x: 0.1, y: 2 },
    ];
    assert.equal(csv(rows), "b,x,y\nTrue,,\nFalse,0.1,2\n");
  });

  it("writes numbers in full: the text reads back as the same double", () => {
    const values = [1 / 3, 0.1 + 0.2, 1e21, 5e-324, 1.7976931348623157e308, -0.5, 4018, 153.7708];
    const lines = csv(values.map((x) => ({ x })))
      .trimEnd()
      .split("\n")
      .slice(1);
    assert.deepEqual(lines.map(Number), values);
    assert.equal(lines[0], "0.3333333333333333");
    assert.equal(lines[1], "0.30000000000000004");
    assert.equal(lines[6], "4018");
  });

  it("writes infinities the way pandas reads them", () => {
    assert.equal(
      csv([{ x: Number.POSITIVE_INFINITY }, { x: Number.NEGATIVE_INFINITY }]),
      "x\ninf\n-inf\n",
    );
  });

  it("keeps integers beyond 2^53", () => {
    assert.equal(csv([{ x: 9007199254740993n }, { x: 12n }]), "x\n9007199254740993\n12\n");
  });

  // pandas 2 and 3: pd.DataFrame({"d": pd.to_datetime([...])}).to_csv(index=False)
  it("writes a column of days without the time of day, as pandas does", () => {
    const [day, noon] = [new Date("2020-07-05T00:00:00Z"), new Date("2020-07-06T12:00:00Z")];
    assert.equal(csv([{ d: day }, { d: null }]), 'd\n2020-07-05\n""\n');
    assert.equal(csv([{ d: day }, { d: noon }]), "d\n2020-07-05 00:00:00\n2020-07-06 12:00:00\n");
    const mixed = [
      { metric: "first day", value: day },
      { metric: "days", value: 3 },
    ];
    assert.equal(csv(mixed), "metric,value\nfirst day,2020-07-05 00:00:00\ndays,3\n");
  });

  it("writes times in UTC, with a fraction only where there is one", () => {
    const rows = [
      { t: new Date("2009-12-31T06:58:12Z") },
      { t: new Date("1996-01-01T00:00:00.250Z") },
      { t: new Date(Number.NaN) },
    ];
    assert.equal(csv(rows), 't\n2009-12-31 06:58:12\n1996-01-01 00:00:00.250\n""\n');
  });

  // Python: print(["Adventure", "Children's", 'say "x"', "it's \"so\"", "a\\b"])
  it("writes lists as Python prints them", () => {
    const rows = [
      { genres: ["Adventure", "Animation"], n: 1 },
      { genres: ["Children's", 'say "x"', 'it\'s "so"', "a\\b"], n: 2 },
      { genres: [], n: 3 },
    ];
    assert.equal(
      csv(rows),
      `genres,n\n"['Adventure', 'Animation']",1\n"[""Children's"", 'say ""x""', 'it\\'s ""so""', 'a\\\\b']",2\n[],3\n`,
    );
  });

  it("never leaves a blank line for a lone missing value", () => {
    assert.equal(csv([{ x: null }, { x: 1 }]), 'x\n""\n1\n');
  });

  it("keeps text as it is: accents, spaces at the ends, leading zeros", () => {
    assert.equal(csv([{ t: " Léon ", imdbId: "0114709" }]), "t,imdbId\n Léon ,0114709\n");
  });
});
