export {};
//# sourceMappingURL=live-client.test.d.ts.map