// Who banks here: three customers, their accounts and cards. Fixed on purpose: tests and people rely on
// them. References are random-looking and never derived from a name; full names, references and merchants
// have at least eight characters, so that a scan of the gateway's storage can look for them.

export type Customer = {
  /** what is typed at the login */
  readonly userName: "ana" | "ben" | "chi"
  /** the pairwise reference: `sub` of the ID token, `subject` of events */
  readonly reference: string
  readonly fullName: string
  /** the language the bank knows the customer by */
  readonly language: "en" | "ar"
}

export type AccountKind = "checking" | "savings" | "card"

export type Account = {
  readonly id: string
  readonly owners: readonly [string, ...string[]]
  readonly kind: AccountKind
  readonly product: string
  readonly currency: string
  /** the full number; leaves the bank only in `GET /control/bank/customers` */
  readonly number: string
  readonly last4: string
  /** what the books say after the last seeded payment; owed money is negative */
  readonly openingMinor: bigint
  /** what a card account may owe at most */
  readonly creditLineMinor: bigint
}

export type Card = {
  readonly ref: string
  readonly accountId: string
  readonly last4: string
  readonly brand: "visa" | "mastercard" | "jcb"
}

/** The same for everybody: it is a practice bank. */
export const PASSWORD = "demo"
export const SECOND_FACTOR = "000000"

const ANA = "Kx7Qm2vX9kLtB4wZ8pR5nYdA"
const BEN = "Tg4Hs8cJ1fWqV6uM3eNbPz0E"
const CHI = "Rw9Ld5yG7aKjC2xS6hQvUo1F"

export const CUSTOMERS: readonly Customer[] = [
  { userName: "ana", reference: ANA, fullName: "Anabela Ferreira Lindqvist", language: "en" },
  { userName: "ben", reference: BEN, fullName: "Benjamin Okafor-Whitman", language: "en" },
  { userName: "chi", reference: CHI, fullName: "Chihiro Al-Mutairi", language: "ar" },
]

type AccountRow = readonly [
  id: string,
  owners: readonly [string, ...string[]],
  kind: AccountKind,
  product: string,
  currency: string,
  number: string,
  openingMinor: bigint,
  creditLineMinor: bigint,
]

const ROWS: readonly AccountRow[] = [
  ["acc_8fKq2ZtVnB4x", [ANA], "checking", "Checking", "EUR", "DE62370400440532014821", 125_450n, 0n],
  ["acc_p3WmY7sLhD9c", [ANA], "savings", "Savings", "EUR", "DE19370400440532017730", 1_864_215n, 0n],
  ["acc_Q6vRj1XgTe5u", [ANA], "card", "Visa Card", "EUR", "4929031457829034", -31_240n, 250_000n],
  ["acc_zN5bCk8yHa2w", [ANA, BEN], "checking", "Household", "EUR", "DE83370400440532016145", 248_733n, 0n],
  ["acc_d7XtLq4mFs9J", [BEN], "checking", "Checking", "USD", "026009593000583307", 389_216n, 0n],
  ["acc_V2hGnP6kRw3E", [BEN], "savings", "Savings", "USD", "026009593000588852", 2_450_077n, 0n],
  ["acc_m9YcSa5jBz1T", [BEN], "card", "Platinum Card", "USD", "5424180279161176", -127_845n, 1_000_000n],
  ["acc_u4KfDx8qWg6L", [CHI], "checking", "Checking", "JPY", "0009031145672290", 483_250n, 0n],
  ["acc_H1rZe7tMvC3p", [CHI], "savings", "Savings", "KWD", "KW74NBOK0000000000001000376603", 3_215_475n, 0n],
  ["acc_b6JwTy2nQk9S", [CHI], "card", "Gold Card", "JPY", "3566111155895048", -68_900n, 500_000n],
]

export const ACCOUNTS: readonly Account[] = ROWS.map(
  ([id, owners, kind, product, currency, number, openingMinor, creditLineMinor]) => ({
    id,
    owners,
    kind,
    product,
    currency,
    number,
    last4: number.slice(-4),
    openingMinor,
    creditLineMinor,
  }),
)

export const CARDS: readonly Card[] = [
  { ref: "crd_5LmXq8vT2c", accountId: "acc_8fKq2ZtVnB4x", last4: "5512", brand: "visa" },
  { ref: "crd_Yb3Kw7nR9z", accountId: "acc_Q6vRj1XgTe5u", last4: "9034", brand: "visa" },
  { ref: "crd_eH6Tj1sD4p", accountId: "acc_zN5bCk8yHa2w", last4: "2087", brand: "mastercard" },
  { ref: "crd_G9fVx2mC7u", accountId: "acc_d7XtLq4mFs9J", last4: "7714", brand: "visa" },
  { ref: "crd_Wq4Zn8kB1y", accountId: "acc_m9YcSa5jBz1T", last4: "1176", brand: "mastercard" },
  { ref: "crd_t7RdL3hP6x", accountId: "acc_u4KfDx8qWg6L", last4: "4630", brand: "jcb" },
  { ref: "crd_Jc2Ss9vE5g", accountId: "acc_b6JwTy2nQk9S", last4: "5048", brand: "jcb" },
]

/** By what is typed at the login, or by reference; undefined for a stranger. */
export const findCustomer = (nameOrReference: string): Customer | undefined =>
  CUSTOMERS.find((one) => one.userName === nameOrReference || one.reference === nameOrReference)

export const accountsOf = (reference: string): readonly Account[] =>
  ACCOUNTS.filter((account) => account.owners.includes(reference))

export const findAccount = (id: string): Account | undefined => ACCOUNTS.find((account) => account.id === id)

export const findCard = (ref: string): Card | undefined => CARDS.find((card) => card.ref === ref)

export const cardOf = (accountId: string): Card | undefined =>
  CARDS.find((card) => card.accountId === accountId)

/** The other people of a joint account, by full name. */
export const otherOwners = (account: Account, reference: string): readonly string[] =>
  account.owners.flatMap((owner) => (owner === reference ? [] : [findCustomer(owner)?.fullName ?? ""]))
