// Where https calls end in the bench: whatever host they name, they go to the far side on loopback. The gateway runs with a
// deployment's settings (development would ask D1 at each call how far its clock was moved), so that its calls are https ones.
// Both the gateway and the bare Worker call through this one.
export default {
  fetch(request, env) {
    return env.FAR_SIDE.fetch(request)
  },
}
