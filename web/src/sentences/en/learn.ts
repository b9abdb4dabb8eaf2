export const learn = {
  "learn.title": "learn",
};
