/** Making the embedded synthetic archive. */
import { join } from "node:path";
import { syntheticMovieLens } from "../../lib/loaders/synthetic";
import { type Bench, bestSeconds } from "./bench";

export const bench: Bench = async ({ folder }) => {
  const path = join(folder, "synthetic.zip");
  const seconds = await bestSeconds(1, () => syntheticMovieLens({ path, seed: 1 }));
  return [
    {
      name: "making the embedded archive (3.2 million ratings)",
      value: seconds,
      unit: "s",
      limit: { kind: "at most", value: 20 },
    },
  ];
};
