// Owns the rule for text that people and systems send. Half a character (a lone surrogate, which
// JSON can escape) has no UTF-8 form and so no digest.
import { z } from "zod";

export const textSchema = z
  .string()
  .refine((text) => text.isWellFormed(), "must be well-formed unicode");
