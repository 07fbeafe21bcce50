// The phone page's script: keeps the chat live, sends what the person does, keeps its place while reading. Draws
// nothing itself: rows and chips arrive drawn. The story is a module of its own.

import { startActs } from "/acts.js"
import { startStory } from "/story.js"

const $ = (id) => document.getElementById(id)
const phone = document.querySelector(".phone")
const psid = phone.dataset.person
const [log, scroll, around, mark, typing, newer, composer, text] = [
  "log",
  "scroll",
  "around",
  "mark",
  "typing",
  "newer",
  "composer",
  "text",
].map($)

const TYPING_MS = 20_000
const RETRY_MS_MAX = 5_000
let retryMs = 250
let socket
let typingTimer
let keepsEnd = true

// --- Being told ---

function connect() {
  socket = new WebSocket(`${location.origin.replace(/^http/, "ws")}/live?person=${psid}`)
  socket.addEventListener("open", () => {
    retryMs = 250
    phone.removeAttribute("data-offline")
    tellLooking(true)
  })
  socket.addEventListener("message", (event) => {
    const message = JSON.parse(event.data)
    HANDLERS[message.type]?.(message)
  })
  socket.addEventListener("close", () => {
    phone.setAttribute("data-offline", "")
    setTimeout(connect, retryMs)
    retryMs = Math.min(retryMs * 2, RETRY_MS_MAX)
  })
}

const HANDLERS = {
  rows({ html, seq, from, around: parts, mark: state }) {
    const follows = isAtEnd() || from === "person"
    if (seq !== null && seq > lastSeq()) {
      log.insertAdjacentHTML("beforeend", html)
      printTimes(log)
      if (from === "page") showTyping(false)
    }
    showAround(parts)
    showMark(state)
    if (follows) toEnd()
    else if (from === "page") newer.hidden = false
    document.dispatchEvent(new CustomEvent("chat", { detail: { from } }))
  },
  mark({ mark: state }) {
    showMark(state)
  },
  row({ mid, html }) {
    const old = [...log.querySelectorAll(".row")].find((row) => row.dataset.mid === mid)
    const drawn = document.createElement("template")
    drawn.innerHTML = html
    const follows = isAtEnd()
    old?.replaceWith(drawn.content.querySelector(".row"))
    if (follows) toEnd()
  },
  typing({ on, face }) {
    const follows = isAtEnd()
    typing.querySelector(".face").outerHTML = face
    showTyping(on)
    if (follows) toEnd()
  },
  people({ html }) {
    $("people-list").innerHTML = html
    const unread = $("people-list").querySelectorAll(".unread").length
    document.querySelector(".who").toggleAttribute("data-unread", unread > 0)
    phone.dataset.linked = String(
      $("people-list").querySelector("[aria-current] .listed-more")?.textContent.includes("linked"),
    )
  },
  reload() {
    location.href = "/"
  },
}

function lastSeq() {
  return Number([...log.querySelectorAll(".row")].at(-1)?.dataset.seq ?? 0)
}

function tellLooking(catchUp) {
  if (socket?.readyState !== WebSocket.OPEN) return
  const look = document.visibilityState === "visible"
  socket.send(JSON.stringify(catchUp ? { look, after: lastSeq() } : { look }))
}

// --- Showing ---

function showTyping(on) {
  clearTimeout(typingTimer)
  typing.hidden = !on
  if (on) typingTimer = setTimeout(() => showTyping(false), TYPING_MS)
}

function showMark({ state, text: words }) {
  if (mark.dataset.state === state && mark.textContent.trim() === words) return
  mark.dataset.state = state
  mark.textContent = words
}

function showAround({ html, composer: open, menu }) {
  const held = around.contains(document.activeElement)
  around.innerHTML = html
  if (held) text.focus({ preventScroll: true })
  $("menu-button").hidden = !menu
  composer.toggleAttribute("data-disabled", !open)
}

function printTimes(root) {
  const now = Date.now()
  for (const time of root.querySelectorAll("time:not([data-printed])")) {
    const at = new Date(time.dateTime)
    const isToday = Math.abs(now - at.getTime()) < 86_400_000 && at.getDate() === new Date(now).getDate()
    const style = isToday ? { timeStyle: "short" } : { dateStyle: "medium", timeStyle: "short" }
    time.textContent = new Intl.DateTimeFormat(phone.lang, style).format(at)
    time.dataset.printed = ""
  }
}

const isAtEnd = () => scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 80

function toEnd() {
  scroll.scrollTop = scroll.scrollHeight
  keepsEnd = true
  newer.hidden = true
}

// --- Acting ---

async function send(body) {
  const response = await fetch(`/control/people/${psid}/send`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  }).catch(() => undefined)
  if (response?.ok === true) return true
  const problem = await response?.json().catch(() => undefined)
  showMark({ state: "failed", text: problem?.detail ?? "Not sent. Is the sandbox running?" })
  return false
}

const acts = startActs({ send, log, scroll, text })

async function sendText() {
  const words = text.value.trim()
  if (words === "") return
  const act = acts.take(words)
  text.value = ""
  composer.classList.remove("filled")
  if (!(await send(act)) && text.value === "") text.value = words
}

composer.addEventListener("submit", (event) => {
  event.preventDefault()
  void sendText()
})

text.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return
  event.preventDefault()
  void sendText()
})

text.addEventListener("input", () => composer.classList.toggle("filled", text.value.trim() !== ""))

phone.addEventListener("click", (event) => {
  const button = event.target.closest("[data-tap]")
  if (button === null) return
  button.closest("[popover]")?.hidePopover()
  const { tap, payload } = button.dataset
  const { mid } = button.closest(".row")?.dataset ?? {}
  if (tap === "unlink") void send({ unlink: true })
  else if (tap === "feedback") void send({ feedback: { mid, answer: payload } })
  else void send({ kind: tap, payload, title: button.textContent.trim() })
})

newer.addEventListener("click", () => {
  toEnd()
  text.focus()
})

scroll.addEventListener("scroll", () => {
  keepsEnd = isAtEnd()
  if (keepsEnd) newer.hidden = true
})

// Chips, the story or a late picture change the room there is: whoever was at the end stays there.
new ResizeObserver(() => keepsEnd && toEnd()).observe(scroll)
log.addEventListener("load", () => keepsEnd && toEnd(), true)

async function addPerson(form) {
  const response = await fetch("/control/people", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(Object.fromEntries(new FormData(form))),
  })
  if (response.ok) location.href = `/?person=${(await response.json()).psid}`
}

$("new-person").addEventListener("submit", (event) => {
  event.preventDefault()
  void addPerson(event.target)
})

document.addEventListener("visibilitychange", () => tellLooking(false))

// --- Beside the desk ---

const beside = matchMedia("(min-width: 1000px)")
function showDesk() {
  const desk = $("desk")
  if (beside.matches && desk.src === "") desk.src = desk.dataset.src
}
beside.addEventListener("change", showDesk)

printTimes(log)
toEnd()
connect()
showDesk()
if (beside.matches) text.focus({ preventScroll: true })
startStory({ psid, phone, send, log })
