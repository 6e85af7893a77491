// Owns the tool that lists the airports.
import { z } from "zod";
import { airlineTool } from "./airline-tool.ts";

const AIRPORTS = {
  SFO: "San Francisco",
  JFK: "New York",
  LAX: "Los Angeles",
  ORD: "Chicago",
  DFW: "Dallas",
  DEN: "Denver",
  SEA: "Seattle",
  ATL: "Atlanta",
  MIA: "Miami",
  BOS: "Boston",
  PHX: "Phoenix",
  IAH: "Houston",
  LAS: "Las Vegas",
  MCO: "Orlando",
  EWR: "Newark",
  CLT: "Charlotte",
  MSP: "Minneapolis",
  DTW: "Detroit",
  PHL: "Philadelphia",
  LGA: "LaGuardia",
};

export const listAllAirports = airlineTool({
  name: "list_all_airports",
  effect: "read",
  input: z.looseObject({}),
  execute: () => AIRPORTS,
});
