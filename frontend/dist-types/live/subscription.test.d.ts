export {};
//# sourceMappingURL=subscription.test.d.ts.map