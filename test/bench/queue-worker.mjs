// The binding of a queue that the bench keeps itself: what the gateway posts goes to platform-queue.mjs.
import { WorkerEntrypoint } from "cloudflare:workers"

export class BenchQueue extends WorkerEntrypoint {
  async sendBatch(messages) {
    await this.env.QUEUE.fetch("https://queue.example/", {
      method: "POST",
      body: JSON.stringify([...messages]),
    })
  }

  async metrics() {
    const answer = await this.env.QUEUE.fetch("https://queue.example/")
    return answer.json()
  }
}

export default {}
