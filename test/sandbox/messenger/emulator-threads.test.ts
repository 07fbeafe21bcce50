// The emulator against the sheet: the rows Thread control, Standby and Account linking of messenger-platform.md 11.1, and
// the regions of 9.4. Spoken to over HTTP alone.

import { describe, expect, it } from "vitest"
import {
  APP,
  DAY,
  emulator,
  knobs,
  later,
  MINUTE,
  PAGE,
  person,
  psid,
  send,
  verdict,
} from "./emulated-page.ts"
import type { Answered, Json } from "./running.ts"
import { eventsOf } from "./running.ts"

const INBOX = "263902037430900"

describe("Thread control and Standby", () => {
  const edge = (name: string, body: Json = {}): Promise<Answered> =>
    emulator.graph("POST", `/v26.0/${PAGE}/${name}`, { recipient: { id: psid }, ...body })
  const owner = (): Promise<Answered> =>
    emulator.graph("GET", `/v26.0/${PAGE}/thread_owner?recipient=${psid}`)

  it("pass to the Inbox: others send in vain, events come as standby, taps without payload", async () => {
    await person({ text: "Hi" })
    await emulator.event("message")
    const passed = await edge("pass_thread_control", { target_app_id: INBOX, metadata: "case 7" })
    expect(passed.body).toEqual({ success: true })
    expect((await owner()).body).toMatchObject({ data: [{ thread_owner: { app_id: INBOX } }] })
    expect(verdict(await send())).toBe("10/2018300")
    const from = emulator.got.length
    await person({ payload: "v1.BALANCE", title: "Balance" })
    expect(await emulator.event("postback", from)).toMatchObject({
      part: "standby",
      postback: { title: "Balance" },
    })
    expect((await emulator.event("postback", from))["postback"]).not.toHaveProperty("payload")
  })

  it("take, release, extend, and control that lapses after a day of silence", async () => {
    await person({ text: "Hi" })
    await emulator.control(`/people/${psid}/inbox`, { text: "A person here" })
    const echo = await emulator.event("message", 1)
    expect(echo).toMatchObject({ part: "standby", message: { is_echo: true, app_id: Number(INBOX) } })
    expect(verdict(await edge("extend_thread_control", { duration: 60 }))).toBe("100/2534037")
    expect(verdict(await edge("take_thread_control"))).toBe("ok")
    expect(verdict(await edge("extend_thread_control", { duration: 604_801 }))).toBe("100")
    expect(verdict(await edge("extend_thread_control", { duration: 604_800 }))).toBe("ok")
    expect(verdict(await edge("release_thread_control"))).toBe("ok")
    expect((await owner()).body).toEqual({ data: [] })
    await emulator.control(`/people/${psid}/inbox`, { text: "Once more" })
    await later(DAY - MINUTE)
    await person({ text: "A word" })
    expect(verdict(await send())).toBe("10/2018300")
    await later(DAY + MINUTE)
    await person({ text: "Anybody?" })
    expect(verdict(await send())).toBe("ok")
  })

  it("what others do to our control reaches us as handovers", async () => {
    await edge("take_thread_control")
    await emulator.control(`/people/${psid}/control`, { action: "request", app: INBOX })
    expect(await emulator.event("request_thread_control")).toMatchObject({
      request_thread_control: { requested_owner_app_id: INBOX },
    })
    await edge("pass_thread_control", { target_app_id: INBOX })
    await emulator.control(`/people/${psid}/control`, { action: "pass", target: APP, metadata: "done" })
    expect(await emulator.event("pass_thread_control")).toMatchObject({
      pass_thread_control: { previous_owner_app_id: INBOX, new_owner_app_id: APP, metadata: "done" },
    })
  })

  it("a send that hands over at once has no echo", async () => {
    await person({ text: "Hi" })
    await emulator.event("message")
    const from = emulator.got.length
    await send({ thread_control: { control_type: "pass", app_id: INBOX } })
    await emulator.event("delivery", from)
    expect(
      emulator.got
        .slice(from)
        .flatMap(eventsOf)
        .some((event) => event["message"] !== undefined),
    ).toBe(false)
    expect((await owner()).body).toMatchObject({ data: [{ thread_owner: { app_id: INBOX } }] })
  })
})

describe("Account linking and regions", () => {
  it.each(["europe", "japan"])("%s: no Log In, no utility messages", async (region) => {
    await person({ text: "Hi" })
    const url = "https://bank.example/authorize?x=1"
    const login = await emulator.control(`/people/${psid}/login`, { url })
    expect(String(login.body["location"])).toMatch(/authorize\?x=1&account_linking_token=.+&redirect_uri=/)
    await emulator.control(`/people/${psid}`, { region })
    expect((await emulator.control(`/people/${psid}/login`, { url })).status).toBe(400)
    const utility = { messaging_type: "UTILITY", message: { template: { name: "any" } } }
    expect(verdict(await send(utility))).toBe("10/2018336")
    await emulator.control(`/people/${psid}`, { region: null })
    await knobs({ region })
    expect(verdict(await send(utility))).toBe("10/2018336")
    const profile = await emulator.graph(
      "GET",
      `/v26.0/me/messenger_profile?fields=subject_to_new_eu_privacy_rules`,
    )
    expect(profile.body).toEqual({ data: [{ subject_to_new_eu_privacy_rules: true }] })
  })

  it("the token of Log In finds the person for five minutes", async () => {
    const login = await emulator.control(`/people/${psid}/login`, { url: "https://bank.example/authorize" })
    const token = new URL(String(login.body["location"])).searchParams.get("account_linking_token")
    const path = `/v26.0/me?fields=recipient&account_linking_token=${token}`
    expect((await emulator.graph("GET", path)).body).toEqual({ recipient: psid, id: PAGE })
    await later(5 * MINUTE + 1000)
    expect(verdict(await emulator.graph("GET", path))).toBe("10303")
  })
})
