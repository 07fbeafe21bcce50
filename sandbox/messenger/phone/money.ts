// Amounts of a receipt as the person's app prints them. Receipts carry JSON numbers; nothing is calculated here.

/** An amount in the person's language, digits in Latin script so that every reader of the demo can check them. */
export function printMoney(amount: unknown, currency: string, locale: string): string {
  if (typeof amount !== "number") return ""
  const tag = `${locale.replace("_", "-")}-u-nu-latn`
  try {
    return new Intl.NumberFormat(tag, { style: "currency", currency }).format(amount)
  } catch {
    return `${amount} ${currency}`
  }
}
