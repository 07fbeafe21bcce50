// "Play the story": the mission in a minute, through the real system. It only presses buttons that a person could
// press: the chat's own sending, and the bank's control API. Where it is survives Log In, which leaves the page.

const KEY = "story"
const REPLY_MS = 12_000
const READ_MS = 1_800
const STEPS = ["hello", "connect", "balance", "spend", "fraud"]

/** What is paid, in the currency of each customer's first account. */
const AMOUNTS = {
  ana: { small: "4.80", large: "249.99" },
  ben: { small: "4.80", large: "249.99" },
  chi: { small: "480", large: "24999" },
}

const $ = (id) => document.getElementById(id)
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

/** Wire the button, and go on with a story that Log In interrupted.
 * @param chat `send` posts what the person does; `log` is the chat */
export function startStory(chat) {
  const { psid, phone, send, log } = chat
  let running = 0

  const rows = (from) => [...log.querySelectorAll(`.row.${from}`)]
  const lastSeq = () => Number([...log.querySelectorAll(".row")].at(-1)?.dataset.seq ?? 0)
  const said = (row) =>
    [...(row?.querySelector(".what")?.children ?? [])].findLast((part) => !part.classList.contains("extra"))
      ?.textContent ?? ""

  function remember(step) {
    if (step === undefined) sessionStorage.removeItem(KEY)
    else sessionStorage.setItem(KEY, JSON.stringify({ psid, step }))
  }

  function tell(text, step) {
    $("story").hidden = false
    $("story-text").replaceChildren(...text)
    $("story-steps").replaceChildren(
      ...STEPS.map((name, index) => {
        const now = STEPS.indexOf(step)
        const item = document.createElement("li")
        item.className = now === -1 || index < now ? "done" : index === now ? "now" : ""
        return item
      }),
    )
  }

  /** The Page's next row after `seq`, or undefined when none comes in time. */
  function reply(seq, ms = REPLY_MS) {
    const find = () => rows("page").find((row) => Number(row.dataset.seq) > seq)
    return new Promise((resolve) => {
      const check = () => find() && done(find())
      const timer = setTimeout(() => done(undefined), ms)
      function done(row) {
        clearTimeout(timer)
        document.removeEventListener("chat", check)
        resolve(row)
      }
      document.addEventListener("chat", check)
      check()
    })
  }

  async function ask(words) {
    const seq = lastSeq()
    await send({ text: words })
    return reply(seq)
  }

  /** Press a button of the bank's desk, and let the desk beside the chat show it. */
  async function press(act, fields) {
    const answer = await fetch(`/bank/desk/${act}`, {
      method: "POST",
      body: new URLSearchParams({ customer: customer(), ...fields }),
    }).catch(() => undefined)
    const desk = $("desk")
    if (desk.src !== "") desk.src = `${desk.dataset.src}?customer=${customer()}`
    return answer?.ok === true
  }

  /** An earlier story may have left the card frozen: its own fraud check paused it. */
  const pressAgain = async (act, fields) =>
    (await press("card", { state: "active" })) && (await press(act, fields))

  const customer = () => localStorage.getItem(`customer-${psid}`) ?? guess(phone.dataset.firstName)

  function customerChoice() {
    const choice = document.createElement("select")
    choice.setAttribute("aria-label", "Signed in at the bank as")
    for (const name of ["ana", "ben", "chi"])
      choice.append(new Option(name, name, false, name === customer()))
    choice.addEventListener("change", () => localStorage.setItem(`customer-${psid}`, choice.value))
    return choice
  }

  const logInWords = () => [
    "Tap Log In, sign in as ",
    customerChoice(),
    " (password demo, code 000000), switch on alerts, then type the six digits here; the story goes on by itself.",
  ]

  const scenes = {
    async hello() {
      tell(["A customer says hello."], "hello")
      const answer = await ask("Hello")
      return answer === undefined ? "The gateway has not answered. Is it running?" : undefined
    },

    async connect(mine, resumed) {
      const isBack = phone.dataset.linked === "true"
      if (isBack && !resumed) return undefined
      if (isBack)
        tell(["Now type the six digits that the page showed; the story goes on by itself."], "connect")
      else tell(logInWords(), "connect")
      for (;;) {
        const seq = lastSeq()
        const answer = await codeAnswered(mine)
        if (answer === undefined || mine !== running) return ""
        if (!/\bnot\b/i.test(said(answer)) || lastSeq() < seq) return undefined
      }
    },

    async balance() {
      tell(["The customer asks for the balance."], "balance")
      return (await ask("What's my balance?")) === undefined
        ? "No answer came. The connection is kept; try again."
        : undefined
    },

    async spend() {
      tell(
        [`At the bank, ${customer()} pays by card. The alert should stand here within two seconds.`],
        "spend",
      )
      await pause(READ_MS)
      return happen("spend", { merchant: "Harbour Coffee", amount: AMOUNTS[customer()].small })
    },

    async fraud() {
      tell(["The bank suspects a payment and asks at once."], "fraud")
      await pause(READ_MS)
      return happen("suspicious", { merchant: "ELECTRO MART", amount: AMOUNTS[customer()].large })
    },
  }

  async function happen(act, fields) {
    const seq = lastSeq()
    if (!(await press(act, fields)) && !(await pressAgain(act, fields))) return "The bank did not answer."
    const alert = await reply(seq)
    return alert === undefined
      ? `No alert came. Is it switched on in this chat, for ${customer()}?`
      : undefined
  }

  /** The Page's row after the next message of six digits. */
  async function codeAnswered(mine) {
    const start = lastSeq()
    for (;;) {
      if (mine !== running) return undefined
      const code = rows("person").find(
        (row) => Number(row.dataset.seq) > start && /^\s*\d{6}\s*$/.test(said(row)),
      )
      if (code !== undefined) return reply(Number(code.dataset.seq))
      await new Promise((resolve) => document.addEventListener("chat", resolve, { once: true }))
    }
  }

  /** @param resumed the page was left at this step, and came back */
  async function play(from, resumed) {
    const mine = ++running
    for (const step of STEPS.slice(STEPS.indexOf(from))) {
      remember(step)
      const trouble = await scenes[step](mine, resumed && step === from)
      if (mine !== running) return
      if (trouble !== undefined) return end(trouble)
      await pause(READ_MS)
      if (mine !== running) return
    }
    end("That was the story. The fraud check is yours to answer.")
  }

  function end(text) {
    running += 1
    remember(undefined)
    tell([text], undefined)
    $("story-stop").textContent = "Close"
  }

  for (const button of document.querySelectorAll("[data-play]")) {
    button.addEventListener("click", () => {
      $("story-stop").textContent = "Stop"
      void play("hello", false)
    })
  }

  $("story-stop").addEventListener("click", () => {
    running += 1
    remember(undefined)
    $("story").hidden = true
    $("text").focus()
  })

  const kept = JSON.parse(sessionStorage.getItem(KEY) ?? "null")
  if (kept?.psid === psid && STEPS.includes(kept.step)) void play(kept.step, true)
}

const guess = (name) => ["ana", "ben", "chi"].find((user) => name?.toLowerCase().startsWith(user)) ?? "ana"
