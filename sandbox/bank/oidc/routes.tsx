// The bank's login as its customer walks it: /bank/interaction/{uid}, one address whose page depends on how
// far the login has come. A form posts one step; the answer is the next page or the way back to the client.

import { Hono } from "hono"
import type { Context } from "hono"
import { getCookie } from "hono/cookie"
import type { BankContext } from "../env.ts"
import { storeOf } from "../env.ts"
import { absolute } from "../money.ts"
import { ConsentPage } from "../pages/consent.tsx"
import type { OfferedAccount } from "../pages/consent.tsx"
import { createFrame, pageHeaders, written } from "../pages/layout.tsx"
import type { Frame, Page } from "../pages/layout.tsx"
import { FactorPage, LoginPage } from "../pages/login.tsx"
import { EndingPage } from "../pages/message.tsx"
import { languageOf } from "../pages/words.ts"
import type { Account } from "../seed/customers.ts"
import { accountsOf, CUSTOMERS, findCustomer, PASSWORD, SECOND_FACTOR } from "../seed/customers.ts"
import type { Interaction } from "./interaction.ts"
import {
  actionsOf,
  asksIdentityOnly,
  consentIdOf,
  customerOf,
  findInteraction,
  finishConsent,
  finishLogin,
  progressOf,
  refuse,
  saveProgress,
  serverOf,
  TRIES,
} from "./interaction.ts"
import { providerFor } from "./mount.ts"
import { GRANT_TTL_SECONDS } from "./provider.ts"

const CLIENT_NAME = "Tellerline"

type Step = {
  readonly c: Context<BankContext>
  readonly frame: Frame
  readonly interaction: Interaction
  readonly form: FormData
}

export const interactionRoutes = new Hono<BankContext>()

interactionRoutes.get("/:uid", async (c) => {
  const found = await locate(c)
  if (!found) return expired(c)
  return currentPage(c, found.frame, found.interaction, {})
})

interactionRoutes.post("/:uid", async (c) => {
  // Ports of localhost are one site: the cookie's SameSite does not keep another port's page out.
  const site = c.req.header("sec-fetch-site")
  if (site !== undefined && site !== "same-origin") return expired(c, 403)
  const found = await locate(c)
  if (!found) return expired(c)
  const form = await c.req.formData()
  const step = STEPS[String(form.get("step"))]
  if (!step) return currentPage(c, found.frame, found.interaction, {}, 400)
  return step({ c, ...found, form })
})

const STEPS: Readonly<Record<string, (step: Step) => Promise<Response>>> = {
  password: checkPassword,
  factor: checkFactor,
  allow: allowChosen,
  deny: ({ c, interaction }) => leave(c, interaction, "The customer did not allow it"),
  cancel: ({ c, interaction }) => leave(c, interaction, "The customer went back"),
}

async function checkPassword({ c, frame, interaction, form }: Step): Promise<Response> {
  if (interaction.prompt.name !== "login") return again(c)
  const userName = String(form.get("username") ?? "")
    .trim()
    .toLowerCase()
  const customer = CUSTOMERS.find((one) => one.userName === userName)
  if (customer && form.get("password") === PASSWORD) {
    await saveProgress(interaction, { first: customer.reference, wrong: 0 })
    return again(c)
  }
  const wrong = progressOf(interaction).wrong + 1
  if (wrong >= TRIES.password) return leave(c, interaction, "The password was wrong five times")
  await saveProgress(interaction, { wrong })
  return currentPage(c, frame, interaction, { left: TRIES.password - wrong, userName }, 422)
}

async function checkFactor({ c, frame, interaction, form }: Step): Promise<Response> {
  const { first, wrong: before } = progressOf(interaction)
  const customer = findCustomer(first ?? "")
  if (interaction.prompt.name !== "login" || !customer) return again(c)
  if (String(form.get("code") ?? "").replace(/\s/g, "") === SECOND_FACTOR) {
    const { provider } = await providerFor(c.env, c.var.origins, serverOf(interaction))
    return c.redirect(await finishLogin(provider, interaction, customer.reference), 303)
  }
  const wrong = before + 1
  if (wrong >= TRIES.factor) return leave(c, interaction, "The second factor was wrong three times")
  await saveProgress(interaction, { first: customer.reference, wrong })
  return currentPage(c, frame, interaction, { left: TRIES.factor - wrong }, 422)
}

async function allowChosen({ c, frame, interaction, form }: Step): Promise<Response> {
  const customer = customerOf(interaction)
  if (interaction.prompt.name !== "consent" || !customer) return again(c)
  const chosen = new Set(form.getAll("account"))
  const accounts = accountsOf(customer.reference).filter((account) => chosen.has(account.id))
  if (accounts.length === 0) return currentPage(c, frame, interaction, { nothingChosen: true }, 422)
  const server = serverOf(interaction)
  const { provider } = await providerFor(c.env, c.var.origins, server)
  const { returnTo, grantId } = await finishConsent(provider, interaction, accounts)
  await keepChoice(c, interaction, { customer: customer.reference, accounts, grantId })
  return c.redirect(returnTo, 303)
}

/** Where tokens carry no details, what the customer chose lies beside the grant: in the consent the login was for, or in one of its own. */
async function keepChoice(
  c: Context<BankContext>,
  interaction: Interaction,
  chosen: { readonly customer: string; readonly accounts: readonly Account[]; readonly grantId: string },
): Promise<void> {
  const server = serverOf(interaction)
  if (server === "fapi2") return
  const { customer, grantId } = chosen
  const store = storeOf(c.env)
  const prepared = await store.consent(consentIdOf(interaction) ?? "")
  await store.putConsent({
    id: `grant_${grantId}`,
    server,
    asked: "{}",
    createdAt: Date.now(),
    expiresAt: Date.now() + GRANT_TTL_SECONDS * 1000,
    ...prepared,
    status: "allowed",
    customer,
    accounts: chosen.accounts.map(({ id }) => id),
    grantId,
  })
}

async function leave(
  c: Context<BankContext>,
  interaction: Interaction,
  description: string,
): Promise<Response> {
  return c.redirect(await refuse(interaction, description), 303)
}

/** Show the step that is due: a page sent twice, or from a step that is over, changes nothing. */
const again = (c: Context<BankContext>) => c.redirect(c.req.path, 303)

async function locate(
  c: Context<BankContext>,
): Promise<{ frame: Frame; interaction: Interaction } | undefined> {
  const uid = c.req.param("uid") ?? ""
  // All servers keep their logins in one place; whose this one is it says itself.
  const { provider: any } = await providerFor(c.env, c.var.origins, "fapi2")
  const anybody = await findInteraction(any, getCookie(c, "_interaction"), uid)
  if (!anybody) return undefined
  const { provider } = await providerFor(c.env, c.var.origins, serverOf(anybody))
  const interaction = await findInteraction(provider, uid, uid)
  if (!interaction || !(await isStillWanted(c, interaction))) return undefined
  const language = languageOf(interaction.params["ui_locales"], c.req.header("accept-language"))
  return { frame: createFrame(language), interaction }
}

/** A login for a consent resource is over with it: one that is not there, or was decided, is not decided again. */
async function isStillWanted(c: Context<BankContext>, interaction: Interaction): Promise<boolean> {
  const server = serverOf(interaction)
  if ((server !== "uk" && server !== "berlin") || asksIdentityOnly(interaction)) return true
  const consent = await storeOf(c.env).consent(consentIdOf(interaction) ?? "")
  return consent?.status === "waiting" && consent.server === server
}

type Remarks = { readonly left?: number; readonly userName?: string; readonly nothingChosen?: boolean }

async function currentPage(
  c: Context<BankContext>,
  frame: Frame,
  interaction: Interaction,
  { left, userName, nothingChosen }: Remarks,
  status: 200 | 400 | 422 = 200,
): Promise<Response> {
  const action = c.req.path
  const tried = left === undefined ? {} : { left }
  const customer = customerOf(interaction)
  if (interaction.prompt.name === "consent" && customer)
    return show(
      c,
      frame,
      <ConsentPage
        frame={frame}
        client={CLIENT_NAME}
        action={action}
        customer={customer}
        offered={await offeredAccounts(c, customer.reference)}
        asked={actionsOf(interaction)}
        untilAt={Date.now() + GRANT_TTL_SECONDS * 1000}
        nothingChosen={nothingChosen ?? false}
      />,
      status,
    )
  if (progressOf(interaction).first !== undefined)
    return show(c, frame, <FactorPage frame={frame} action={action} {...tried} />, status)
  return show(
    c,
    frame,
    <LoginPage frame={frame} client={CLIENT_NAME} action={action} {...tried} userName={userName ?? ""} />,
    status,
  )
}

async function offeredAccounts(
  c: Context<BankContext>,
  reference: string,
): Promise<readonly OfferedAccount[]> {
  const store = storeOf(c.env)
  return Promise.all(
    accountsOf(reference).map(async (account) => {
      const balance = await store.balance(account.id)
      const shownMinor = account.kind === "card" ? absolute(balance.bookedMinor) : balance.availableMinor
      return { account, shownMinor }
    }),
  )
}

async function expired(c: Context<BankContext>, status: 403 | 410 = 410): Promise<Response> {
  const frame = createFrame(languageOf(c.req.query("ui_locales"), c.req.header("accept-language")))
  return show(c, frame, <EndingPage frame={frame} ending="expired" />, status)
}

async function show(
  c: Context<BankContext>,
  frame: Frame,
  page: ReturnType<typeof Page>,
  status: 200 | 400 | 403 | 410 | 422,
): Promise<Response> {
  return c.body(await written(page), status, { ...pageHeaders(frame, c.var.origins.gateway) })
}
