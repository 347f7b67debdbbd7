"use strict";

SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#reference",
  deepLinking: true,
  // Nothing is sent anywhere else: the address of a validator would be.
  validatorUrl: null,
  // A page of a list shows what it holds, not the schemas of everything at once.
  defaultModelsExpandDepth: 0,
  displayRequestDuration: true,
  tryItOutEnabled: true,
  supportedSubmitMethods: ["get"],
});
