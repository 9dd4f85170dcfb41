import "@colyseus/core"; console.log(process.listeners("unhandledRejection").map(String), process.listeners("uncaughtException").length);
