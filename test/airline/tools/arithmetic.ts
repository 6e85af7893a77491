// Owns the evaluation of + - * / and parentheses, and the way Python rounds and writes a
// number. Never evaluates code.

/** The value of an expression; undefined when it is malformed or not finite. */
export function evaluate(expression: string): number | undefined {
  const tokens = expression.match(/\d+\.?\d*|\.\d+|[-+*/()]|[^ ]/g) ?? [];
  const parser = { tokens, next: 0 };
  const value = sum(parser);
  return parser.next === tokens.length && Number.isFinite(value) ? value : undefined;
}

/** Two decimals, as Python's `round(value, 2)`: ties go to the even digit. */
export function roundToCents(value: number): number {
  // Only odd eighths lie exactly between two cents in binary; toFixed would round them up.
  const eighths = value * 8;
  if (Number.isInteger(eighths) && eighths % 2 !== 0) {
    const below = Math.floor(value * 100);
    return (below % 2 === 0 ? below : below + 1) / 100;
  }
  return Number(value.toFixed(2));
}

/** A float as Python writes it: with a point, or with an exponent from 1e16. */
export function pythonFloat(value: number): string {
  if (Math.abs(value) >= 1e16) return value.toExponential();
  return Number.isInteger(value) ? `${value}.0` : String(value);
}

// What is malformed becomes NaN, which no operation turns into a number again.
interface Parser {
  readonly tokens: readonly string[];
  next: number;
}

function accept(parser: Parser, ...tokens: string[]): string | undefined {
  const token = parser.tokens[parser.next];
  if (token === undefined || !tokens.includes(token)) return undefined;
  parser.next += 1;
  return token;
}

function sum(parser: Parser): number {
  let value = product(parser);
  for (;;) {
    const operator = accept(parser, "+", "-");
    if (operator === undefined) return value;
    const right = product(parser);
    value = operator === "+" ? value + right : value - right;
  }
}

function product(parser: Parser): number {
  let value = factor(parser);
  for (;;) {
    const operator = accept(parser, "*", "/");
    if (operator === undefined) return value;
    const right = factor(parser);
    value = operator === "*" ? value * right : value / right;
  }
}

function factor(parser: Parser): number {
  const sign = accept(parser, "+", "-");
  if (sign !== undefined) return sign === "-" ? -factor(parser) : factor(parser);
  if (accept(parser, "(") !== undefined) {
    const value = sum(parser);
    return accept(parser, ")") === undefined ? Number.NaN : value;
  }
  const token = parser.tokens[parser.next];
  parser.next += 1;
  return token === undefined ? Number.NaN : Number(token);
}
