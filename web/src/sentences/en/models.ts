export const models = {
  "models.title": "models",
};
