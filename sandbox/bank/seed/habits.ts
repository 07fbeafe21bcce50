// What happens on each account in an ordinary month: who is paid, how often, between which amounts. Pure
// data; transactions.ts turns it into two years. Amounts are minor units, positive is money coming in.

export type Merchant = {
  readonly name: string
  /** ISO 18245 */
  readonly mcc: string
  readonly country: string
  readonly city: string
}

export type Channel = "card_present" | "card_not_present" | "transfer" | "direct_debit" | "cash"

export type Habit = {
  readonly merchant: Merchant
  readonly channel: Channel
  /** once a month on this day, or so many times anywhere in the month */
  readonly when: { readonly day: number } | { readonly times: readonly [number, number] }
  readonly minor: readonly [number, number]
  /** paid abroad: the amount is shown in this currency too, at this many of its minor units for one of ours */
  readonly foreign?: { readonly currency: string; readonly rate: number }
}

const at = (name: string, mcc: string, country: string, city: string): Merchant => ({
  name,
  mcc,
  country,
  city,
})

const monthly = (
  merchant: Merchant,
  day: number,
  low: number,
  high = low,
  channel: Channel = "direct_debit",
): Habit => ({
  merchant,
  channel,
  when: { day },
  minor: [low, high],
})

const often = (
  merchant: Merchant,
  times: readonly [number, number],
  low: number,
  high: number,
  channel: Channel = "card_present",
): Habit => ({ merchant, channel, when: { times }, minor: [low, high] })

/** Merchants the desk offers, by currency of the account, the first one first. */
export const MERCHANTS: Readonly<Record<string, readonly [Merchant, ...Merchant[]]>> = {
  EUR: [
    at("ELECTRO MART", "5732", "DE", "Berlin"),
    at("Marktkauf Kreuzberg", "5411", "DE", "Berlin"),
    at("Bäckerei Sonnenschein", "5462", "DE", "Berlin"),
    at("Buchladen Ostkreuz", "5942", "DE", "Berlin"),
    at("Gasthaus Zum Anker", "5812", "DE", "Hamburg"),
    at("Apotheke am Park", "5912", "DE", "Berlin"),
  ],
  USD: [
    at("Fenway Sporting Goods", "5941", "US", "Boston"),
    at("Beacon Hill Grocers", "5411", "US", "Boston"),
    at("Harvard Square Coffee", "5814", "US", "Cambridge"),
    at("Charles River Books", "5942", "US", "Boston"),
    at("Bluebird Airlines", "4511", "US", "Denver"),
  ],
  JPY: [
    at("Aozora Electronics", "5732", "JP", "Tokyo"),
    at("Sakura Supermarket", "5411", "JP", "Tokyo"),
    at("Shibuya Coffee Stand", "5814", "JP", "Tokyo"),
    at("Kinokawa Bookstore", "5942", "JP", "Osaka"),
    at("Tsukiji Seafood House", "5812", "JP", "Tokyo"),
  ],
  KWD: [
    at("Kuwait Bay Markets", "5411", "KW", "Kuwait City"),
    at("Salmiya Perfume House", "5977", "KW", "Salmiya"),
    at("Al Hamra Booksellers", "5942", "KW", "Kuwait City"),
  ],
}

const BERLIN: readonly Habit[] = [
  monthly(at("Solarwerk Europa GmbH", "6012", "DE", "Berlin"), 27, 342_518, 342_518, "transfer"),
  monthly(at("Hausverwaltung Lindenhof", "6513", "DE", "Berlin"), 1, -118_500),
  monthly(at("Stadtwerke Spreebogen", "4900", "DE", "Berlin"), 5, -9_180, -7_460),
  monthly(at("Nordstern Streaming", "4899", "DE", "Munich"), 9, -1_299),
  monthly(at("Fitnesswerk Friedrichshain", "7997", "DE", "Berlin"), 3, -2_990),
  monthly(at("Funknetz Mobilfunk", "4814", "DE", "Bonn"), 15, -2_499),
  monthly(at("Visa Card settlement", "6012", "DE", "Berlin"), 20, -52_000, -31_000, "transfer"),
  monthly(at("Own transfer to Savings", "6012", "DE", "Berlin"), 28, -40_000, -40_000, "transfer"),
  often(at("Marktkauf Kreuzberg", "5411", "DE", "Berlin"), [4, 7], -7_890, -1_120),
  often(at("Bäckerei Sonnenschein", "5462", "DE", "Berlin"), [3, 6], -1_150, -240),
  often(at("Verkehrsbetriebe Spree", "4111", "DE", "Berlin"), [2, 4], -980, -320),
  often(at("Apotheke am Park", "5912", "DE", "Berlin"), [0, 2], -3_420, -495),
  often(at("Geldautomat Warschauer", "6011", "DE", "Berlin"), [0, 2], -10_000, -5_000, "cash"),
  often(at("Gasthaus Zum Anker", "5812", "DE", "Hamburg"), [0, 2], -6_840, -1_890),
]

const BERLIN_CARD: readonly Habit[] = [
  monthly(at("Payment received, thank you", "6012", "DE", "Berlin"), 20, 31_000, 52_000, "transfer"),
  often(at("ELECTRO MART", "5732", "DE", "Berlin"), [0, 1], -24_999, -1_999, "card_not_present"),
  often(at("Buchladen Ostkreuz", "5942", "DE", "Berlin"), [1, 3], -4_580, -990),
  often(at("Kaufhaus Alexander", "5311", "DE", "Berlin"), [1, 3], -9_990, -1_495),
  often(at("Schnellzug Reisen", "4112", "DE", "Frankfurt"), [0, 2], -8_990, -1_990, "card_not_present"),
  often(at("Konzertkasse Spreehalle", "7922", "DE", "Berlin"), [0, 1], -7_450, -2_800, "card_not_present"),
  {
    ...often(at("Bergbahnen Engelberg", "7011", "CH", "Engelberg"), [0, 1], -9_400, -2_600),
    foreign: { currency: "CHF", rate: 0.94 },
  },
]

const HOUSEHOLD: readonly Habit[] = [
  monthly(at("Anabela, household share", "6012", "DE", "Berlin"), 2, 75_000, 75_000, "transfer"),
  monthly(at("Benjamin, household share", "6012", "DE", "Berlin"), 2, 75_000, 75_000, "transfer"),
  monthly(at("Kindergarten Regenbogen", "8351", "DE", "Berlin"), 4, -38_000),
  monthly(at("Versicherung Hansemann", "6300", "DE", "Hamburg"), 12, -6_450),
  monthly(at("Breitband Hauptstadt", "4816", "DE", "Berlin"), 16, -3_999),
  often(at("Marktkauf Kreuzberg", "5411", "DE", "Berlin"), [3, 5], -14_890, -3_250),
  often(at("Wochenmarkt Boxhagen", "5499", "DE", "Berlin"), [2, 4], -4_280, -880),
  often(at("Baumarkt Lichtenberg", "5211", "DE", "Berlin"), [0, 2], -12_990, -1_490),
]

const BOSTON: readonly Habit[] = [
  monthly(at("Atlantic Robotics Inc", "6012", "US", "Boston"), 15, 284_112, 284_112, "transfer"),
  monthly(at("Atlantic Robotics Inc", "6012", "US", "Boston"), 28, 284_112, 284_112, "transfer"),
  monthly(at("Seaport Property Mgmt", "6513", "US", "Boston"), 1, -235_000),
  monthly(at("Granite State Energy", "4900", "US", "Manchester"), 8, -14_820, -6_240),
  monthly(at("Northeast Wireless", "4814", "US", "Boston"), 11, -6_500),
  monthly(at("Lantern Streaming", "4899", "US", "Los Angeles"), 19, -1_599),
  monthly(at("Platinum Card settlement", "6012", "US", "Boston"), 22, -118_000, -64_000, "transfer"),
  monthly(at("Own transfer to Savings", "6012", "US", "Boston"), 29, -50_000, -50_000, "transfer"),
  often(at("Beacon Hill Grocers", "5411", "US", "Boston"), [4, 6], -12_480, -1_850),
  often(at("Harvard Square Coffee", "5814", "US", "Cambridge"), [4, 8], -1_275, -425),
  often(at("Commonwealth Transit", "4111", "US", "Boston"), [2, 4], -2_250, -240),
  often(at("Back Bay Pharmacy", "5912", "US", "Boston"), [0, 2], -4_610, -799),
  often(at("Copley Square Cash", "6011", "US", "Boston"), [0, 2], -12_000, -4_000, "cash"),
]

const BOSTON_CARD: readonly Habit[] = [
  monthly(at("Payment received, thank you", "6012", "US", "Boston"), 22, 64_000, 118_000, "transfer"),
  often(at("Fenway Sporting Goods", "5941", "US", "Boston"), [0, 2], -18_900, -2_400),
  often(at("Charles River Books", "5942", "US", "Boston"), [1, 3], -6_420, -1_199),
  often(at("Bluebird Airlines", "4511", "US", "Denver"), [0, 1], -48_960, -12_800, "card_not_present"),
  often(at("Lobster Wharf Kitchen", "5812", "US", "Boston"), [1, 4], -13_450, -2_875),
  often(at("Cloudberry Software", "5734", "US", "Seattle"), [1, 1], -2_000, -2_000, "card_not_present"),
  {
    ...often(at("Thames Quay Hotels", "7011", "GB", "London"), [0, 1], -32_000, -14_500),
    foreign: { currency: "GBP", rate: 0.78 },
  },
]

const TOKYO: readonly Habit[] = [
  monthly(at("Aozora Design Studio", "6012", "JP", "Tokyo"), 25, 412_800, 412_800, "transfer"),
  monthly(at("Meguro Residences", "6513", "JP", "Tokyo"), 27, -142_000),
  monthly(at("Tokyo Gas and Light", "4900", "JP", "Tokyo"), 6, -14_820, -8_240),
  monthly(at("Hikari Mobile", "4814", "JP", "Tokyo"), 10, -5_980),
  monthly(at("Gold Card settlement", "6012", "JP", "Tokyo"), 26, -88_000, -42_000, "transfer"),
  often(at("Sakura Supermarket", "5411", "JP", "Tokyo"), [5, 8], -8_640, -1_180),
  often(at("Shibuya Coffee Stand", "5814", "JP", "Tokyo"), [4, 7], -1_240, -420),
  often(at("Yamate Line Railways", "4111", "JP", "Tokyo"), [3, 5], -3_000, -1_000),
  often(at("Nakameguro Pharmacy", "5912", "JP", "Tokyo"), [0, 2], -4_280, -780),
]

const TOKYO_CARD: readonly Habit[] = [
  monthly(at("Payment received, thank you", "6012", "JP", "Tokyo"), 26, 42_000, 88_000, "transfer"),
  often(at("Aozora Electronics", "5732", "JP", "Tokyo"), [0, 1], -38_500, -3_980, "card_not_present"),
  often(at("Kinokawa Bookstore", "5942", "JP", "Osaka"), [1, 3], -6_820, -990),
  often(at("Tsukiji Seafood House", "5812", "JP", "Tokyo"), [1, 3], -14_300, -3_200),
  often(at("Hakone Onsen Retreat", "7011", "JP", "Hakone"), [0, 1], -42_000, -18_000, "card_not_present"),
]

const KUWAIT: readonly Habit[] = [
  monthly(at("Al-Mutairi Family Trust", "6012", "KW", "Kuwait City"), 5, 120_500, 120_500, "transfer"),
  monthly(at("Harbourline interest", "6012", "KW", "Kuwait City"), 28, 2_115, 3_985, "transfer"),
  often(at("Salmiya Perfume House", "5977", "KW", "Salmiya"), [0, 1], -38_750, -9_125),
]

const savings = (from: string, low: number, high: number, deposit: number): readonly Habit[] => [
  monthly(at(from, "6012", "DE", "Berlin"), 28, deposit, deposit, "transfer"),
  monthly(at("Harbourline interest", "6012", "DE", "Berlin"), 28, low, high, "transfer"),
]

/** Habits by account id (customers.ts). */
export const HABITS: Readonly<Record<string, readonly Habit[]>> = {
  acc_8fKq2ZtVnB4x: BERLIN,
  acc_p3WmY7sLhD9c: savings("Own transfer from Checking", 1_840, 3_120, 40_000),
  acc_Q6vRj1XgTe5u: BERLIN_CARD,
  acc_zN5bCk8yHa2w: HOUSEHOLD,
  acc_d7XtLq4mFs9J: BOSTON,
  acc_V2hGnP6kRw3E: savings("Own transfer from Checking", 5_210, 8_440, 50_000),
  acc_m9YcSa5jBz1T: BOSTON_CARD,
  acc_u4KfDx8qWg6L: TOKYO,
  acc_H1rZe7tMvC3p: KUWAIT,
  acc_b6JwTy2nQk9S: TOKYO_CARD,
}

/** Payments still pending when the bank opens: they make "available" differ from "booked". */
export const PENDING: Readonly<Record<string, { readonly merchant: Merchant; readonly minor: bigint }>> = {
  acc_8fKq2ZtVnB4x: { merchant: at("Gasthaus Zum Anker", "5812", "DE", "Hamburg"), minor: -5_000n },
  acc_m9YcSa5jBz1T: { merchant: at("Lobster Wharf Kitchen", "5812", "US", "Boston"), minor: -8_640n },
  acc_b6JwTy2nQk9S: { merchant: at("Tsukiji Seafood House", "5812", "JP", "Tokyo"), minor: -7_200n },
}
