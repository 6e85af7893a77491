// The airline's tools, in the order of tools.json.
import type { AnyTool } from "../../../contract/tool.ts";
import type { WriteApproval } from "./airline-tool.ts";
import { bookReservation } from "./book-reservation.ts";
import { calculate } from "./calculate.ts";
import { cancelReservation } from "./cancel-reservation.ts";
import { getReservationDetails } from "./get-reservation-details.ts";
import { getUserDetails } from "./get-user-details.ts";
import { listAllAirports } from "./list-all-airports.ts";
import { searchDirectFlight } from "./search-direct-flight.ts";
import { searchOnestopFlight } from "./search-onestop-flight.ts";
import { sendCertificate } from "./send-certificate.ts";
import { think } from "./think.ts";
import { transferToHumanAgents } from "./transfer-to-human-agents.ts";
import { updateReservationBaggages } from "./update-reservation-baggages.ts";
import { updateReservationFlights } from "./update-reservation-flights.ts";
import { updateReservationPassengers } from "./update-reservation-passengers.ts";

const TOOLS = [
  bookReservation,
  calculate,
  cancelReservation,
  getReservationDetails,
  getUserDetails,
  listAllAirports,
  searchDirectFlight,
  searchOnestopFlight,
  sendCertificate,
  think,
  transferToHumanAgents,
  updateReservationBaggages,
  updateReservationFlights,
  updateReservationPassengers,
];

/** The 14 tools on the databases in a directory, one file per task. */
export function airlineTools(
  directory: string,
  approval: WriteApproval = "never",
): readonly AnyTool[] {
  return TOOLS.map((tool) => tool(directory, approval));
}
