// Owns the form of an outcome that the model can act on.

export interface ErrorBody {
  readonly outcome: "error";
  readonly code: string;
  readonly message: string;
}

const MAX_CODE_LENGTH = 64;
const MAX_MESSAGE_LENGTH = 4096;

/** Bounded, since authors write both texts: they go into the task log and the context. */
export function errorBody(code: string, message: string): ErrorBody {
  return {
    outcome: "error",
    code: code.slice(0, MAX_CODE_LENGTH),
    message: message.slice(0, MAX_MESSAGE_LENGTH).toWellFormed(),
  };
}
