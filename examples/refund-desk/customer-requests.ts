// Owns the requests of customers that `npm start` works on, one task each, one per start.
export interface CustomerRequest {
  readonly taskId: string;
  readonly message: string;
}

/** Never empty. What comes in has the same task ID each time, so a start continues its task. */
export const CUSTOMER_REQUESTS: readonly [CustomerRequest, ...CustomerRequest[]] = [
  {
    taskId: "refund-ORD-1001",
    message:
      "Hello, the teapot of my order ORD-1001 arrived broken. May I have my money back? Ada Mertens",
  },
  {
    taskId: "refund-ORD-1003",
    message:
      "Two of the bowls from order ORD-1003 have cracks. I would like a refund. Chiara Rossi",
  },
  {
    taskId: "refund-ORD-1005",
    message: "I have changed my mind about the vase of order ORD-1005. Can it go back? Ada Mertens",
  },
];
