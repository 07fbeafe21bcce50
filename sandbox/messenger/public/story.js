export function startStory() {}
