/** The tables that the published course shows of one experiment, by the names that our chapters give them. */
import type { Row } from "../../loaders/rows";
import { benjaminiHochberg } from "../../stats/distributions";
import { logPopularity, popularityScore } from "./clickModel";
import { bootstrapSummary, clusterBootstrap } from "./clusterBootstrap";
import { clusterEffectRows, clusterEffects } from "./clusterEffects";
